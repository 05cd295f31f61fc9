import {
  cutSpans,
  type Inline,
  paint,
  type Span,
  shortDigests,
  spansOf,
  widthOf,
  wrapSpans,
} from '../terminal/spans.ts';
import type { Style } from '../terminal/style.ts';
import type { Table } from './model.ts';

export interface TableLayout {
  readonly style: Style;
  readonly indent: number;
  /** Lines are cut to this; without it nothing is. */
  readonly columns?: number;
}

const GAP = '  ';
const NARROWEST_WRAP = 20;

/** Columns aligned by what their texts take on a terminal, without boxes; headings are left out when all are empty. */
export function layTable({ columns, rows }: Omit<Table, 'kind'>, layout: TableLayout): readonly string[] {
  const headings = columns.map(({ heading }) => ({ text: heading.toUpperCase(), tone: 'quiet' }) as const);
  const hasHeadings = columns.some(({ heading }) => heading !== '');
  const body = [...(hasHeadings ? [headings] : []), ...rows].map((row) =>
    row.map((cell: Inline) => shortDigests(spansOf(cell))),
  );
  const widths = columns.map((_, at) =>
    body.reduce((widest, row) => Math.max(widest, widthOf(row[at] ?? [])), 0),
  );
  const last = columns.length - 1;
  const room = (layout.columns ?? Number.POSITIVE_INFINITY) - layout.indent;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const wrapsAt =
    columns[last]?.wraps === true && room - before >= NARROWEST_WRAP ? room - before : undefined;
  return body.flatMap((row) => {
    const end = wrapsAt === undefined ? [row[last] ?? []] : wrapSpans(row[last] ?? [], wrapsAt);
    return end.map((piece, index) => {
      const line = columns.flatMap(({ side }, at) => {
        const cell = at === last ? piece : index === 0 ? (row[at] ?? []) : [];
        const space = { text: ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell))) };
        const gap = at === last ? [] : [{ text: GAP }];
        return side === 'right' ? [space, ...cell, ...gap] : [...cell, space, ...gap];
      });
      const shown = wrapsAt === undefined ? cutSpans(withoutEndSpace(line), room) : line;
      return `${' '.repeat(layout.indent)}${paint(shown, layout.style)}`.trimEnd();
    });
  });
}

function withoutEndSpace(line: readonly Span[]): readonly Span[] {
  return line.slice(0, line.findLastIndex(({ text }) => text.trim() !== '') + 1);
}
