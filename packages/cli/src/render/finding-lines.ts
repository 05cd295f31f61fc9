import type { CheckResult, Finding } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { layLine, type Piece } from './line.ts';
import { formatDuration } from './quantities.ts';
import type { Paint, Style } from './style.ts';
import { pad, textWidth, wrap } from './text-width.ts';

export interface Page {
  readonly columns: number;
  readonly style: Style;
}

/** Text gets no wider than this, however wide the terminal is: longer lines are hard to read. */
export const WIDEST_TEXT = 100;
const TITLE_COLUMNS = 28;

/** A check that has ended, and what it found below it. */
export function checkLines(check: CheckResult, { columns, style }: Page): readonly string[] {
  const title = makeVisible(check.title);
  const summary = makeVisible(check.summary ?? '');
  const pieces: Piece[] = [`  `, symbolOf(check.status, style), ' ', pad(title, TITLE_COLUMNS)];
  if (summary !== '') pieces.push(' ', [summary, style.dim]);
  const slow: { right?: Piece } =
    check.durationMs < 1000 ? {} : { right: [formatDuration(check.durationMs), style.dim] };
  return [
    layLine(pieces, { columns: Math.min(columns, WIDEST_TEXT), ...slow }).trimEnd(),
    ...check.findings.flatMap((finding) => findingLines(finding, { columns, style })),
  ];
}

/** What, where, why and how to mend it. */
export function findingLines(finding: Finding, { columns, style }: Page): readonly string[] {
  const indent = '      ';
  const width = Math.max(20, Math.min(columns, WIDEST_TEXT) - indent.length);
  const [symbol, paint] = signOf(finding, style);
  const place = placeOf(finding);
  const what = wrap(makeVisible(finding.what), width);
  const isPlaceBeside = place !== '' && textWidth(what.at(-1) ?? '') + 2 + textWidth(place) <= width;
  const lines = what.map(paint);
  if (isPlaceBeside) lines.push(`${lines.pop()}  ${style.cyan(place)}`);
  else if (place !== '') lines.push(style.cyan(place));
  lines.push(...wrap(makeVisible(finding.why), width).map(style.dim));
  lines.push(
    ...wrap(makeVisible(finding.fix), width - 2).map((line, index) => `${index === 0 ? '→' : ' '} ${line}`),
  );
  return lines.map((line, index) => (index === 0 ? `    ${paint(symbol)} ${line}` : indent + line));
}

function signOf({ severity }: Finding, style: Style): readonly [symbol: string, paint: Paint] {
  if (severity === 'error') return ['✗', style.red];
  return severity === 'warning' ? ['!', style.yellow] : ['·', style.cyan];
}

/** `.env:12:3` */
export function placeOf({ file, line, column }: Finding): string {
  if (file === undefined) return '';
  return makeVisible([file, line, column].filter((part) => part !== undefined).join(':'));
}

export function symbolOf(status: CheckResult['status'], style: Style): Piece {
  if (status === 'passed') return ['✓', style.green];
  if (status === 'warned') return ['!', style.yellow];
  return status === 'failed' ? ['✗', style.red] : ['-', style.dim];
}
