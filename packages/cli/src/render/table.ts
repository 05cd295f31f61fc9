import { makeVisible } from '@de-build/core';
import type { Paint, Style } from './style.ts';
import { pad, textWidth, truncate } from './text-width.ts';

/** A cell's text, and how it is painted. */
export type Cell = string | readonly [text: string, paint: Paint];

export interface Column {
  readonly heading: string;
  readonly side?: 'left' | 'right';
}

export interface TableLayout {
  readonly style: Style;
  readonly indent?: string;
  /** Lines are cut to this; without it nothing is. */
  readonly columns?: number;
}

const GAP = '  ';

/** Columns aligned by what their texts take on a terminal, without boxes; headings are dim, and left out when all are empty. */
export function layTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  layout: TableLayout,
): string[] {
  const { style, indent = '' } = layout;
  const hasHeadings = columns.some(({ heading }) => heading !== '');
  const body: (readonly Cell[])[] = hasHeadings
    ? [columns.map(({ heading }) => [heading, style.dim] as const), ...rows]
    : [...rows];
  const texts = body.map((row) => row.map((cell) => oneLine(typeof cell === 'string' ? cell : cell[0])));
  const widths = columns.map((_, at) =>
    texts.reduce((widest, row) => Math.max(widest, textWidth(row[at] ?? '')), 0),
  );
  return texts.map((row, index) => {
    let left = (layout.columns ?? Number.POSITIVE_INFINITY) - textWidth(indent);
    let line = indent;
    for (const [at, text] of row.entries()) {
      const isLast = at === row.length - 1;
      const side = columns[at]?.side === 'right' ? 'left' : 'right';
      const padded = isLast && side === 'right' ? text : pad(text, widths[at] ?? 0, side);
      const shown = truncate(padded, left);
      const cell = body[index]?.[at];
      line += typeof cell === 'string' || cell === undefined ? shown : cell[1](shown);
      left -= textWidth(shown) + GAP.length;
      if (left <= 0) break;
      if (!isLast) line += GAP;
    }
    return line.trimEnd();
  });
}

function oneLine(text: string): string {
  return makeVisible(text).replace(/[\n\t]+/g, ' ');
}
