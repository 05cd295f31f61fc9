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
  const isBrokenBefore = start === 0 || isBreak(bytes[at + start - 1]);
  const isBrokenAfter = end === wanted.length || at + end >= filled || isBreak(bytes[at + end]);
  if (!isBrokenBefore || !isBrokenAfter || needle.form === 'utf-16') return undefined;
  const reach = 2 * wanted.length + 2 * LONGEST_LINE;
  const around = bytes.toString(
    'latin1',
    Math.max(0, at + start - reach),
    Math.min(filled, at + end + reach),
  );
  const arrangement = arrangementOf(around, needle);
  return arrangement && { arrangement, end: at + end };
}

/** Whether a line, raw or escaped, may begin or end with this byte. */
function isBreak(byte: number | undefined): boolean {
  return (
    byte === undefined ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x20 ||
    byte === 0x09 ||
    byte === 0x3d ||
    byte === 0x5c ||
    // The `n` of an escaped line feed.
    byte === 0x6e
  );
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
