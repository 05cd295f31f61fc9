import type { CheckReport } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { checkLines } from './finding-lines.ts';
import { githubCommands } from './github-commands.ts';
import { junitReport } from './junit-report.ts';
import { reportLines } from './outcome-lines.ts';
import { createStyle } from './style.ts';

export type ChecksFormat = 'pretty' | 'json' | 'junit' | 'github';

export interface ChecksOptions {
  readonly terminal?: Pick<Terminal, 'hasColours' | 'columns'>;
  /**
   * For `github`: the root of the repository (`GITHUB_WORKSPACE`), which annotations name files from. Default: the
   * site's folder.
   */
  readonly root?: string | undefined;
}

/** The results of `de-build check` as one document, with its last line feed. */
export function renderChecks(report: CheckReport, format: ChecksFormat, options: ChecksOptions = {}): string {
  if (format === 'json') return `${JSON.stringify(report, undefined, 2)}\n`;
  if (format === 'junit') return junitReport(report);
  if (format === 'github') return githubCommands(report, options.root);
  const { hasColours, columns } = options.terminal ?? { hasColours: false, columns: 100 };
  const page = { columns, style: createStyle(hasColours) };
  const lines = [...report.checks.flatMap((check) => checkLines(check, page)), ...reportLines(report, page)];
  return `${lines.join('\n')}\n`;
}
