import type { Paint } from './style.ts';
import { textWidth, truncate } from './text-width.ts';

/** A piece of a line: its text, and how it is painted once it is known what of it fits. */
export type Piece = string | readonly [text: string, paint: Paint];

export interface LineLayout {
  readonly columns: number;
  /** Stands at the right edge and is never cut; left out where next to nothing else would fit. */
  readonly right?: Piece;
}

const SMALLEST_LEFT = 6;

/** One line that fits: what does not is cut from the end of the left side. */
export function layLine(left: readonly Piece[], { columns, right }: LineLayout): string {
  const rightText = right === undefined ? '' : textOf(right);
  const rightWidth = textWidth(rightText);
  const hasRight = right !== undefined && rightWidth + SMALLEST_LEFT <= columns;
  let room = hasRight ? columns - rightWidth - 2 : columns;
  let line = '';
  let used = 0;
  for (const [at, piece] of left.entries()) {
    const fits = textWidth(textOf(piece)) < room;
    const rest = fits
      ? ''
      : left
          .slice(at + 1)
          .map(textOf)
          .join('');
    const text = truncate(textOf(piece) + rest, room);
    const width = textWidth(text);
    line += paintOf(piece)(text);
    used += width;
    room -= width;
    if (text !== textOf(piece)) break;
  }
  if (!hasRight) return line;
  return `${line}${' '.repeat(Math.max(0, columns - used - rightWidth))}${paintOf(right)(rightText)}`;
}

function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece[0];
}

function paintOf(piece: Piece): Paint {
  return typeof piece === 'string' ? (text) => text : piece[1];
}
