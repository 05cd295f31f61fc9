import {
  cutSpans,
  type Inline,
  longestWord,
  paint,
  type Span,
  shortDigests,
  spansOf,
  widthOf,
  wrapSpans,
} from '../terminal/spans.ts';
import type { Style } from '../terminal/style.ts';
import type { Column, Table } from './model.ts';

export interface TableLayout {
  readonly style: Style;
  readonly indent: number;
  /** The width that lines are fitted to. */
  readonly columns: number;
  /** A word that is longer than a column that wraps takes several lines. */
  readonly breaksWords: boolean;
}

const GAP = '  ';
/** The minimum width of a column. */
const NARROWEST = 8;
const NARROWEST_WRAP = 20;

type Row = readonly (readonly Span[])[];

/**
 * Columns aligned by their width on a terminal, without boxes; headings are omitted if all are empty. If
 * there is too little room, digests are shortened, then optional columns omitted, then the widest cells cut: a word in its
 * middle, a sentence at its end.
 */
export function layTable({ columns, rows }: Omit<Table, 'kind'>, layout: TableLayout): readonly string[] {
  const headings = columns.map(({ heading }) => ({ text: heading.toUpperCase(), tone: 'quiet' }) as const);
  const hasHeadings = columns.some(({ heading }) => heading !== '');
  const body = [...(hasHeadings ? [headings] : []), ...rows].map((row) =>
    row.map((cell: Inline) => shortDigests(spansOf(cell))),
  );
  const room = layout.columns - layout.indent;
  const fitted = fit({ columns, body }, room);
  const isTooWide = widthOfAll(fitted.widths) > room && columns.at(-1)?.wraps !== true;
  return fitted.body.flatMap((row) =>
    rowLines(row, fitted, { room, breaksWords: layout.breaksWords }).map((line) => {
      const shown = isTooWide ? cutSpans(line, room) : line;
      return `${' '.repeat(layout.indent)}${paint(shown, layout.style)}`.trimEnd();
    }),
  );
}

interface Grid {
  readonly columns: readonly Column[];
  readonly body: readonly Row[];
}

function fit(grid: Grid, room: number): Grid & { readonly widths: readonly number[] } {
  let { columns, body } = grid;
  const wraps = columns.at(-1)?.wraps === true;
  const last = columns.length - 1;
  const word = Math.max(0, ...(wraps ? body : []).map((row) => longestWord(row[last] ?? [])));
  const whole = widthsOf(grid);
  if (widthOfAll(wraps ? whole.with(-1, word) : whole) > room)
    body = body.map((row) => row.map((cell) => shortenHashes(cell)));
  const extra = columns.findIndex(({ isExtra }) => isExtra === true);
  if (extra !== -1 && widthOfAll(widthsOf({ columns, body })) > room) {
    columns = columns.toSpliced(extra, 1);
    body = body.map((row) => row.toSpliced(extra, 1));
  }
  const widths = widthsOf({ columns, body });
  for (;;) {
    const needed = widthOfAll(wraps ? [...widths.slice(0, -1), NARROWEST_WRAP] : widths);
    const shrinkable = wraps ? widths.slice(0, -1) : widths;
    const widest = Math.max(...shrinkable);
    if (needed <= room || widest <= NARROWEST) break;
    const next = Math.max(NARROWEST, ...shrinkable.filter((width) => width < widest));
    widths[shrinkable.indexOf(widest)] = Math.max(next, widest - (needed - room));
  }
  return { columns, body, widths };
}

/** The lines of a row: one, unless its last cell is wrapped. */
function rowLines(
  row: Row,
  { columns, widths }: ReturnType<typeof fit>,
  { room, breaksWords }: { readonly room: number; readonly breaksWords: boolean },
): readonly Row[number][] {
  const last = columns.length - 1;
  const before = widthOfAll(widths.slice(0, -1)) + GAP.length;
  const cells = columns.map(({ wraps }, at) => {
    const cell = row[at] ?? [];
    if (at < last || wraps !== true) return [cutSpans(cell, widths[at] ?? 0)];
    return wrapSpans(cell, Math.max(NARROWEST_WRAP, room - before), breaksWords);
  });
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns.flatMap(({ side }, at) => {
      const cell = cells[at]?.[line] ?? [];
      const space = { text: ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell))) };
      const gap = at === last ? [] : [{ text: GAP }];
      return side === 'right' ? [space, ...cell, ...gap] : [...cell, space, ...gap];
    }),
  );
}

function widthsOf({ columns, body }: Grid): number[] {
  return columns.map((_, at) => Math.max(0, ...body.map((row) => widthOf(row[at] ?? []))));
}

function widthOfAll(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
}

function shortenHashes(cell: readonly Span[]): readonly Span[] {
  return cell.map((span) => ({
    ...span,
    text: span.text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1'),
  }));
}
