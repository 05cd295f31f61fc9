import { join, relative, sep } from 'node:path';
import type { CheckReport, Finding } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { countOf } from '../terminal/quantities.ts';

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' } as const;

/**
 * Every finding as a workflow command, which GitHub Actions shows next to its line
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). The last line is for people.
 */
export function githubCommands(report: CheckReport, root: string | undefined): string {
  const lines = report.checks.flatMap(({ findings }) =>
    findings.map((finding) => command(finding, fileOf(finding, report.site, root))),
  );
  const { errors, warnings } = report;
  lines.push(
    `${countOf(report.checks.length, 'check')}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}`,
  );
  return `${lines.join('\n')}\n`;
}

function command(finding: Finding, file: string | undefined): string {
  const properties = Object.entries({
    file,
    line: finding.line,
    col: finding.line === undefined ? undefined : finding.column,
    title: finding.id,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  const message = `${finding.what}\n${finding.why}\nFix: ${finding.fix}`;
  return `::${COMMANDS[finding.severity]} ${properties.join(',')}::${escapeData(message)}`;
}

function fileOf({ file }: Finding, site: string, root: string | undefined): string | undefined {
  if (file === undefined || root === undefined) return file;
  return relative(root, join(site, file)).split(sep).join('/');
}

/** As @actions/core escapes them. */
function escapeData(text: string): string {
  return makeVisible(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
