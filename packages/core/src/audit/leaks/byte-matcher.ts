import type { Needle } from './needle.ts';

/** Finds pieces of many needles in one pass. */
export interface ByteMatcher {
  /** Calls `visit` for each piece that is recognized by a word in `[from, to)`, both multiples of 8. */
  scan(text: SearchedBytes, range: Range, visit: VisitPiece): void;
}

/** The same memory as bytes, words and pairs; it goes on after the bytes that are filled. */
export interface SearchedBytes {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly pairs: Uint16Array;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * @param at where the needle would begin, which may be outside of the window
 * @returns whether the needle is there; other forms of its secret are not visited then
 */
export type VisitPiece = (needle: Needle, at: number, piece: Piece) => boolean;

/** A stretch of a needle. */
export interface Piece {
  readonly start: number;
  readonly length: number;
}

/** With pieces at most this far apart, every line of 40 characters holds a whole one. */
const LONGEST_STEP = 28;
const WORD = 4;
const FILTER_BITS = 18;
/** Fibonacci hashing: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** Of xxHash. */
const SECOND_MULTIPLIER = 0x85ebca77;
/** In tests, where each file has its own globals, a global lookup for every word would cost more than the rest. */
const { imul } = Math;

/** A needle that holds a piece. */
interface Holder {
  readonly needle: Needle;
  readonly piece: Piece;
}

/**
 * Compiles needles into a filter that looks at one word of four bytes in every eight bytes (in four or two, where a needle
 * is short). It does not search for whole needles but for pieces of them, spread so that one stays whole when the needle is
 * broken over lines. What a word costs does not depend on how many needles hold it: it says where in a piece it may be, and
 * the piece is looked up there.
 */
export function compileByteMatcher(needles: readonly Needle[]): ByteMatcher {
  const step = stepOf(needles);
  const length = step + WORD - 1;
  const pieces = new Map<number, Holder[]>();
  const filter = new Int32Array(1 << (FILTER_BITS - 5));
  /** A bit for each offset of a word in a piece. A second hash stops most words that pass the filter by chance. */
  const offsets = new Uint8Array(1 << FILTER_BITS);
  for (const needle of needles) {
    for (const start of pieceStarts(needle.bytes.length, length)) {
      const key = keyOf(needle.bytes, start, length);
      const holders = pieces.get(key) ?? [];
      if (holders.push({ needle, piece: { start, length } }) === 1) pieces.set(key, holders);
      for (let offset = 0; offset < step; offset++) {
        const word = wordAt(needle.bytes, start + offset);
        const hash = hashOf(word, MULTIPLIER);
        filter[hash >>> 5] = (filter[hash >>> 5] as number) | (1 << (hash & 31));
        const second = hashOf(word, SECOND_MULTIPLIER);
        offsets[second] = (offsets[second] as number) | (1 << offset);
      }
    }
  }

  const compare = ({ bytes }: SearchedBytes, at: number, word: number, visit: VisitPiece) => {
    let bits = offsets[hashOf(word, SECOND_MULTIPLIER)] as number;
    for (let begin = at; bits !== 0; bits >>>= 1, begin--) {
      if ((bits & 1) === 0) continue;
      let found = '';
      for (const { needle, piece } of pieces.get(keyOf(bytes, begin, length)) ?? []) {
        const start = begin - piece.start;
        if (needle.secret === found || !isSame(bytes, start, needle.bytes, piece)) continue;
        if (visit(needle, start, piece)) found = needle.secret;
      }
    }
  };
  const scanWords = (text: SearchedBytes, { from, to }: Range, visit: VisitPiece) => {
    const { words } = text;
    const stride = step / WORD;
    const last = to / WORD;
    for (let at = from / WORD; at < last; at += stride) {
      const word = words[at] as number;
      const hash = imul(word, MULTIPLIER) >>> (32 - FILTER_BITS);
      if ((((filter[hash >>> 5] as number) >>> (hash & 31)) & 1) === 0) continue;
      compare(text, at * WORD, word, visit);
    }
  };
  const scanPairs = (text: SearchedBytes, { from, to }: Range, visit: VisitPiece) => {
    const { pairs } = text;
    const last = to / 2;
    let low = pairs[from / 2] as number;
    for (let at = from / 2; at < last; at++) {
      const high = pairs[at + 1] as number;
      const word = low | (high << 16);
      low = high;
      const hash = imul(word, MULTIPLIER) >>> (32 - FILTER_BITS);
      if ((((filter[hash >>> 5] as number) >>> (hash & 31)) & 1) === 0) continue;
      compare(text, at * 2, word, visit);
    }
  };
  return {
    scan(text, range, visit) {
      if (pieces.size === 0) return;
      if (step < WORD) scanPairs(text, range, visit);
      else scanWords(text, range, visit);
    },
  };
}

function hashOf(word: number, multiplier: number): number {
  return imul(word, multiplier) >>> (32 - FILTER_BITS);
}

function wordAt(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Of the first and the last word of a piece. */
function keyOf(bytes: Buffer, at: number, length: number): number {
  return imul(wordAt(bytes, at), MULTIPLIER) ^ wordAt(bytes, at + length - WORD);
}

/** The distance between the words to look at: each half of a needle that may be broken must hold one. */
function stepOf(needles: readonly Needle[]): number {
  const room = needles.reduce((least, { bytes: { length }, form }) => {
    const isOftenBroken = form === 'base64' || form === 'base64url' || length >= 14;
    return Math.min(least, isOftenBroken ? Math.floor(length / 2) : length);
  }, Number.POSITIVE_INFINITY);
  return [8, 4].find((step) => step + WORD - 1 <= room) ?? 2;
}

function pieceStarts(needleLength: number, pieceLength: number): readonly number[] {
  const last = needleLength - pieceLength;
  const steps = last === 0 ? 0 : Math.max(1, Math.ceil(last / LONGEST_STEP));
  return Array.from({ length: steps + 1 }, (_, step) => (step === 0 ? 0 : Math.round((last * step) / steps)));
}

/** Whether `bytes` hold the piece, with the needle beginning at `at`. */
function isSame(bytes: Buffer, at: number, needle: Buffer, { start, length }: Piece): boolean {
  for (let offset = start; offset < start + length; offset++) {
    if (bytes[at + offset] !== needle[offset]) return false;
  }
  return true;
}
