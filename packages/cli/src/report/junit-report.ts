import type { CheckReport, CheckResult, Finding } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { placeOf } from './finding-lines.ts';

/**
 * The checks as test cases, in the form that Jenkins, GitLab and others read
 * (https://github.com/testmoapp/junitxml). Errors are failures; warnings and notes are the case's output.
 */
export function junitReport({ checks }: CheckReport): string {
  const counts = {
    tests: String(checks.length),
    failures: String(checks.filter(({ status }) => status === 'failed').length),
    errors: '0',
    skipped: String(checks.filter(({ status }) => status === 'skipped').length),
    time: seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: 'de-build', ...counts })}>`,
    `  <testsuite ${attributes({ name: 'de-build check', ...counts })}>`,
    ...checks.flatMap(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(check: CheckResult): readonly string[] {
  const errors = check.findings.filter(({ severity }) => severity === 'error');
  const others = check.findings.filter(({ severity }) => severity !== 'error');
  const output = [...(check.summary === undefined ? [] : [check.summary]), ...others.map(described)];
  const inner = [
    ...(check.status === 'skipped'
      ? [`<skipped ${attributes({ message: check.summary ?? 'skipped' })}/>`]
      : []),
    ...(errors.length === 0 ? [] : [failure(errors)]),
    ...(output.length === 0 || check.status === 'skipped'
      ? []
      : [`<system-out>${escaped(output.join('\n\n'))}</system-out>`]),
  ];
  const [first] = errors;
  const place =
    first?.file === undefined
      ? {}
      : { file: first.file, ...(first.line === undefined ? {} : { line: String(first.line) }) };
  const head = `    <testcase ${attributes({ classname: `de-build.check.${check.id}`, name: check.title, time: seconds(check.durationMs), ...place })}`;
  return inner.length === 0
    ? [`${head}/>`]
    : [`${head}>`, ...inner.map((line) => `      ${line}`), '    </testcase>'];
}

/** One element for all of a check's errors, because many readers use only the first. */
function failure(errors: readonly Finding[]): string {
  const message = errors.map(({ what }) => what).join(' ');
  const type = errors[0]?.id ?? '';
  return `<failure ${attributes({ message, type })}>${escaped(errors.map(described).join('\n\n'))}</failure>`;
}

function described(finding: Finding): string {
  const place = placeOf(finding);
  const head = `${finding.severity}: ${finding.what}${place === '' ? '' : ` (${place})`} [${finding.id}]`;
  return `${head}\n${finding.why}\nFix: ${finding.fix}`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(value).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join(' ');
}

/** What XML 1.0 (section 2.2) forbids is shown as text. */
function escaped(text: string): string {
  return makeVisible(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
