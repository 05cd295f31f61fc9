import type { Paint } from './style.ts';
import { textWidth, truncate } from './text-width.ts';

/** A piece of a line: its text, and how it is painted once it is known what of it fits. */
export type Piece = string | readonly [text: string, paint: Paint];

export interface LineLayout {
  readonly columns: number;
  /** Stands at the right edge, and is never cut. */
  readonly right?: Piece;
}

/** One line that fits: what does not is cut from the end of the left side. */
export function layLine(left: readonly Piece[], { columns, right }: LineLayout): string {
  const rightText = right === undefined ? '' : textOf(right);
  const rightWidth = textWidth(rightText);
  let room = columns - (rightWidth === 0 ? 0 : rightWidth + 2);
  let line = '';
  let used = 0;
  for (const piece of left) {
    const text = truncate(textOf(piece), room);
    const width = textWidth(text);
    line += paintOf(piece)(text);
    used += width;
    room -= width;
    if (text !== textOf(piece)) break;
  }
  if (right === undefined || rightWidth > columns) return line;
  return `${line}${' '.repeat(Math.max(0, columns - used - rightWidth))}${paintOf(right)(rightText)}`;
}

function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece[0];
}

function paintOf(piece: Piece): Paint {
  return typeof piece === 'string' ? (text) => text : piece[1];
}
