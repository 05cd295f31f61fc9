import type { Piece } from './byte-matcher.ts';
import type { Needle } from './needle.ts';

/** How a needle is laid out in a text. */
export type Arrangement = 'whole' | 'wrapped' | 'lines-reversed' | 'characters-reversed';

export interface ConfirmedHit {
  readonly arrangement: Arrangement;
  /** After its last byte, as far as that is known. */
  readonly end: number;
}

/** The longest lines that are recognized in another order. */
const LONGEST_LINE = 256;
/** The end of a line, raw, JSON-escaped (also twice) or quoted-printable, with the next line indented or not. */
const LINE_BREAK = /[ \t]*(?:\\+r)?\\+n[ \t]*|=?[ \t]*[\r\n]+[ \t]*/;
const [TAB, LF, CR, SPACE, EQUALS, BACKSLASH, LETTER_N] = [0x09, 0x0a, 0x0d, 0x20, 0x3d, 0x5c, 0x6e];

/**
 * Whether the whole needle is where a piece of it was found: in one stretch, broken over lines, or over lines whose order or
 * characters were reversed (`tac`, `rev`).
 * @param filled how many of the bytes belong to the stream
 */
export function confirmHit(
  bytes: Buffer,
  filled: number,
  { needle, at, piece }: { readonly needle: Needle; readonly at: number; readonly piece: Piece },
): ConfirmedHit | undefined {
  const wanted = needle.bytes;
  // The bytes after that are left from an earlier stream.
  if (at + piece.start + piece.length > filled) return undefined;
  let start = piece.start;
  while (start > 0 && at + start > 0 && bytes[at + start - 1] === wanted[start - 1]) start--;
  let end = piece.start + piece.length;
  while (end < wanted.length && at + end < filled && bytes[at + end] === wanted[end]) end++;
  if (start === 0 && end === wanted.length) {
    return { arrangement: needle.isReversed ? 'characters-reversed' : 'whole', end: at + end };
  }
  if (needle.form === 'utf-16') return undefined;
  if (start > 0 && !beginsLine(bytes, at + start)) return undefined;
  if (end < wanted.length && !endsLine(bytes, at + end, filled)) return undefined;
  const reach = 2 * wanted.length + 2 * LONGEST_LINE;
  const around = bytes.toString(
    'latin1',
    Math.max(0, at + start - reach),
    Math.min(filled, at + end + reach),
  );
  const arrangement = arrangementOf(around, needle);
  return arrangement && { arrangement, end: at + end };
}

/** Whether a line, raw or escaped, may begin at a place. The backslash of a line feed may be taken for one of the needle. */
function beginsLine(bytes: Buffer, at: number): boolean {
  let last = at - 1;
  while (isBlank(bytes[last])) last--;
  return isBreak(bytes[last]) || (bytes[last] === LETTER_N && bytes[last - 1] === BACKSLASH);
}

/** Whether a line, raw or escaped, may end at a place. */
function endsLine(bytes: Buffer, at: number, filled: number): boolean {
  if (bytes[at] === LETTER_N && bytes[at - 1] === BACKSLASH) return true;
  let next = bytes[at] === EQUALS ? at + 1 : at;
  while (next < filled && isBlank(bytes[next])) next++;
  return next >= filled || isBreak(bytes[next]);
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function isBreak(byte: number | undefined): boolean {
  return byte === undefined || byte === LF || byte === CR || byte === BACKSLASH;
}

function arrangementOf(around: string, { bytes, isReversed }: Needle): Arrangement | undefined {
  const wanted = bytes.toString('latin1');
  // It is nearby in one stretch, which is a separate hit.
  if (around.includes(wanted)) return undefined;
  const lines = around.split(LINE_BREAK);
  // A reversed needle over lines in their order: the whole text was reversed.
  if (lines.join('').includes(wanted)) return isReversed ? 'characters-reversed' : 'wrapped';
  if (lines.toReversed().join('').includes(wanted))
    return isReversed ? 'characters-reversed' : 'lines-reversed';
  return undefined;
}

/** How many bytes around a needle `confirmHit` looks at. */
export function reachOf(needles: readonly Needle[]): number {
  const longest = needles.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  return 3 * longest + 2 * LONGEST_LINE;
}
