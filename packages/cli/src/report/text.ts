import { countOf } from '../terminal/quantities.ts';
import { type Inline, paint, type Span, shortDigests, spansOf, wrapSpans } from '../terminal/spans.ts';
import { checkLines, findingLines } from './finding-lines.ts';
import { type Cut, type Item, isEmpty, type Part, type Report, type Section } from './model.ts';
import { type Page, PIPED_TABLE, WIDEST_TEXT } from './page.ts';
import { layTable } from './text-table.ts';

/** Limits for parts that may be cut. */
const LONGEST = 30;

/** A report as text, with its last line feed. */
export function writeText({ title, parts }: Report, page: Page): string {
  const filled = parts.filter((part) => !isEmpty(part));
  const first = filled.findIndex(isTitled);
  const below = title === undefined ? 0 : first === -1 ? filled.length : first;
  const head = title === undefined ? [] : titleLines(title, page);
  const lines = [
    ...head,
    ...layParts(filled.slice(0, below), { page, indent: 2, isTight: true }),
    ...(below > 0 || (head.length > 0 && first === 0) ? [''] : []),
    ...layParts(filled.slice(below), { page, indent: 0, isTight: false }),
  ];
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}

/** Some parts of a report, for a view that shows them one by one. */
export function textLines(parts: readonly Part[], page: Page): readonly string[] {
  return layParts(parts, { page, indent: 0, isTight: true });
}

interface Layout {
  readonly page: Page;
  readonly indent: number;
  /** No empty lines between parts without a title. */
  readonly isTight: boolean;
}

function layParts(parts: readonly Part[], layout: Layout): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    if (isEmpty(part)) continue;
    if (lines.length > 0 && (!layout.isTight || isTitled(part))) lines.push('');
    lines.push(...layPart(part, layout));
  }
  return lines;
}

function layPart(part: Part, { page, indent, isTight }: Layout): readonly string[] {
  // Titles, tables and sentences are not indented.
  const inner = indent === 0 && !isTight ? 2 : indent;
  const { style, columns = PIPED_TABLE } = page;
  // A terminal wraps a long word itself, and copies it whole.
  const layout = { style, columns, breaksWords: page.columns === undefined };
  if (part.kind === 'table') {
    const rows = part.cut === undefined ? part.rows : part.rows.slice(0, LONGEST);
    const lines = layTable({ ...part, rows }, { ...layout, indent });
    return [...lines, ...restLines(part.rows.length, part.cut, { page, indent })];
  }
  if (part.kind === 'facts') {
    const rows = part.rows.map(([name, value]) => [{ text: name, tone: 'quiet' } as const, value]);
    const names = [{ heading: '' }, { heading: '', wraps: true } as const];
    return layTable({ columns: names, rows }, { ...layout, indent: inner });
  }
  if (part.kind === 'list') {
    const items = part.cut === undefined ? part.items : part.items.slice(0, LONGEST);
    return [
      ...items.flatMap((item) => itemLines(item, { page, indent: inner })),
      ...restLines(part.items.length, part.cut, { page, indent: inner }),
    ];
  }
  if (part.kind === 'note') {
    const mark = part.mark === undefined ? [] : [part.mark, ' '];
    return broken([...mark, ...flat(part.text)], { page, indent, hanging: part.mark === undefined ? 0 : 2 });
  }
  if (part.kind === 'checks') return part.checks.flatMap((check) => checkLines(check, page));
  if (part.kind === 'findings') {
    return part.findings.flatMap((finding) => findingLines(finding, page, inner));
  }
  return sectionLines(part, { page, indent });
}

function sectionLines({ title, parts }: Section, { page, indent }: Omit<Layout, 'isTight'>) {
  const margin = ' '.repeat(indent);
  const head = title === undefined ? [] : titleLines(title, page).map((line) => margin + line);
  return [...head, ...layParts(parts, { page, indent: indent + 2, isTight: true })];
}

function titleLines(title: Inline, page: Page): readonly string[] {
  const spans = typeof title === 'string' ? [{ text: title, tone: 'strong' } as const] : title;
  return broken(spans, { page, indent: 0, hanging: 2 });
}

function itemLines({ mark, text, parts = [] }: Item, { page, indent }: Omit<Layout, 'isTight'>) {
  const lines = broken([mark ?? '•', ' ', ...flat(text)], { page, indent, hanging: 2 });
  return [...lines, ...layParts(parts, { page, indent: indent + 4, isTight: true })];
}

function restLines(given: number, cut: Cut | undefined, { page, indent }: Omit<Layout, 'isTight'>) {
  const more = cut === undefined ? 0 : (cut.total ?? given) - Math.min(given, LONGEST);
  return more > 0
    ? [' '.repeat(indent) + page.style.quiet(`… and ${countOf(more, `more ${cut?.noun}`)}`)]
    : [];
}

function broken(
  text: Inline,
  { page, indent, hanging }: { readonly page: Page; readonly indent: number; readonly hanging: number },
): readonly string[] {
  const spans = shortDigests(spansOf(text));
  const width = Math.min(page.columns ?? Number.POSITIVE_INFINITY, WIDEST_TEXT) - indent - hanging;
  const lines = page.columns === undefined ? [spans] : wrapSpans(spans, Math.max(20, width));
  return lines.map((line, index) =>
    `${' '.repeat(index === 0 ? indent : indent + hanging)}${paint(line, page.style)}`.trimEnd(),
  );
}

function flat(text: Inline): readonly (string | Span)[] {
  return typeof text === 'string' || 'text' in text ? [text] : text;
}

function isTitled(part: Part): boolean {
  return part.kind === 'section' && part.title !== undefined;
}
