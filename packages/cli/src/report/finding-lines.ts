import type { CheckResult, Finding } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { formatDuration } from '../terminal/quantities.ts';
import { layLine, type Span } from '../terminal/spans.ts';
import { pad, textWidth, wrap } from '../terminal/text-width.ts';
import { MARKS } from './model.ts';
import { type Page, WIDEST_TEXT } from './page.ts';

const TITLE_COLUMNS = 28;
/** Indentation of a finding below its check. */
const INDENT = 4;

/** A check that has ended, and what it found below it. */
export function checkLines(check: CheckResult, page: Page): readonly string[] {
  const title = pad(makeVisible(check.title), TITLE_COLUMNS);
  const summary: Span[] = check.summary === undefined ? [] : [{ text: ` ${check.summary}`, tone: 'quiet' }];
  const right =
    check.durationMs < 1000 ? '' : { text: formatDuration(check.durationMs), tone: 'quiet' as const };
  const columns = widthOfText(page);
  return [
    layLine(['  ', CHECK_MARKS[check.status], ` ${title}`, ...summary], {
      columns,
      right,
      style: page.style,
    }).trimEnd(),
    ...check.findings
      .filter(({ accepted }) => accepted === undefined)
      .flatMap((finding) => findingLines(finding, page, INDENT)),
    ...acceptedLines(check.findings, page),
  ];
}

/** A check without the notes that only inform. */
export function withoutNotes<Check extends CheckResult>(check: Check): Check {
  const findings = check.findings.filter(isTold);
  return findings.length === check.findings.length ? check : { ...check, findings };
}

export function isTold({ severity, accepted }: Finding): boolean {
  return severity !== 'note' || accepted !== undefined;
}

/** Those that were accepted for the same reason, by their ids: `· accepted: branch-moves:frappe (as documented)` */
function acceptedLines(findings: readonly Finding[], page: Page): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { id, subject, accepted } of findings) {
    if (accepted === undefined) continue;
    const names = byReason.get(accepted) ?? [];
    byReason.set(accepted, [...names, subject === undefined ? id : `${id}:${subject}`]);
  }
  const indent = ' '.repeat(INDENT);
  return [...byReason].flatMap(([reason, names]) => {
    const said = makeVisible(`accepted: ${names.join(', ')} (${reason})`);
    const lines = wrap(said, Math.max(20, widthOfText(page) - INDENT - 2));
    return lines.map(
      (line, at) => `${indent}${page.style.quiet(`${at === 0 ? MARKS.info.text : ' '} ${line}`)}`,
    );
  });
}

/** What, where, why and how to fix it. */
export function findingLines(finding: Finding, page: Page, indent: number): readonly string[] {
  const { style } = page;
  const width = Math.max(20, widthOfText(page) - indent - 2);
  const { text: symbol, tone } = SEVERITY_MARKS[finding.severity];
  const place = placeOf(finding);
  const what = wrap(makeVisible(finding.what), width);
  const fits = place !== '' && textWidth(what.at(-1) ?? '') + 2 + textWidth(place) <= width;
  const lines = what.map(style[tone]);
  if (fits) lines.push(`${lines.pop()}  ${style.accent(place)}`);
  else if (place !== '') lines.push(style.accent(place));
  lines.push(...wrap(makeVisible(finding.why), width).map(style.quiet));
  const fix = wrap(makeVisible(finding.fix), width - 2);
  lines.push(...fix.map((line, index) => `${index === 0 ? '→' : ' '} ${line}`));
  return lines.map(
    (line, index) => `${' '.repeat(indent)}${index === 0 ? style[tone](symbol) : ' '} ${line}`,
  );
}

/** `.env:12:3` */
export function placeOf({ file, line, column }: Finding): string {
  if (file === undefined) return '';
  return makeVisible([file, line, column].filter((part) => part !== undefined).join(':'));
}

function widthOfText({ columns = WIDEST_TEXT }: Page): number {
  return Math.min(columns, WIDEST_TEXT);
}

const SEVERITY_MARKS = { error: MARKS.bad, warning: MARKS.warning, note: MARKS.info } as const;

const CHECK_MARKS = {
  passed: MARKS.good,
  warned: MARKS.warning,
  failed: MARKS.bad,
  skipped: MARKS.skipped,
} as const;
