import type { Piece } from './byte-matcher.ts';
import type { Needle } from './needle.ts';

/** How a needle stands in a text. */
export type Arrangement = 'whole' | 'wrapped' | 'lines-reversed' | 'characters-reversed';

export interface ConfirmedHit {
  readonly arrangement: Arrangement;
  /** Behind its last byte, as far as that is known. */
  readonly end: number;
}

/** Lines that are put in another order are at most this long. */
const LONGEST_LINE = 256;
/** The end of a line, also as JSON writes it (twice over too), as quoted-printable does, and with the next one indented. */
const LINE_BREAK = /[ \t]*(?:\\+r)?\\+n[ \t]*|=?[ \t]*[\r\n]+[ \t]*/;

/**
 * Whether the whole needle stands where a piece of it was found: in one stretch, broken over lines, or over lines whose
 * order or whose characters were reversed (`tac`, `rev`).
 * @param at where the needle would begin; `filled` says how many bytes there are
 */
export function confirmHit(
  bytes: Buffer,
  filled: number,
  { needle, at, piece }: { readonly needle: Needle; readonly at: number; readonly piece: Piece },
): ConfirmedHit | undefined {
  const wanted = needle.bytes;
  // What lies behind was left by an earlier text.
  if (at + piece.start + piece.length > filled) return undefined;
  let start = piece.start;
  while (start > 0 && at + start > 0 && bytes[at + start - 1] === wanted[start - 1]) start--;
  let end = piece.start + piece.length;
  while (end < wanted.length && at + end < filled && bytes[at + end] === wanted[end]) end++;
  if (start === 0 && end === wanted.length) {
    return { arrangement: needle.isReversed ? 'characters-reversed' : 'whole', end: at + end };
  }
  const isBrokenBefore = start === 0 || isBreak(bytes[at + start - 1]);
  const isBrokenBehind = end === wanted.length || at + end >= filled || isBreak(bytes[at + end]);
  if (!isBrokenBefore || !isBrokenBehind || needle.form === 'utf-16') return undefined;
  const reach = 2 * wanted.length + 2 * LONGEST_LINE;
  const around = bytes.toString(
    'latin1',
    Math.max(0, at + start - reach),
    Math.min(filled, at + end + reach),
  );
  const arrangement = arrangementOf(around, needle);
  return arrangement && { arrangement, end: at + end };
}

/** What a line ends or begins with, raw or escaped. */
function isBreak(byte: number | undefined): boolean {
  return (
    byte === undefined ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0x20 ||
    byte === 0x09 ||
    byte === 0x3d ||
    byte === 0x5c ||
    // The `n` of an escaped line feed stands before what follows it.
    byte === 0x6e
  );
}

function arrangementOf(around: string, { bytes, isReversed }: Needle): Arrangement | undefined {
  const wanted = bytes.toString('latin1');
  // It stands nearby in one stretch, which is found by itself.
  if (around.includes(wanted)) return undefined;
  const lines = around.split(LINE_BREAK);
  // A reversed needle that stands in lines that follow each other is the whole text reversed.
  if (lines.join('').includes(wanted)) return isReversed ? 'characters-reversed' : 'wrapped';
  if (lines.toReversed().join('').includes(wanted))
    return isReversed ? 'characters-reversed' : 'lines-reversed';
  return undefined;
}

/** How far around a needle the bytes must be there for `confirmHit`. */
export function reachOf(needles: readonly Needle[]): number {
  const longest = needles.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  return 3 * longest + 2 * LONGEST_LINE;
}
