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

/** @param at where the needle would begin, which may be outside of the window */
export type VisitPiece = (needle: Needle, at: number, piece: Piece) => void;

/** A stretch of a needle. */
export interface Piece {
  readonly start: number;
  readonly length: number;
}

/** With pieces at most this far apart, every line of 40 characters holds a whole one. */
const LONGEST_STEP = 28;
const WORD = 4;
const FILTER_BITS = 18;
const SLOT_BITS = 14;
/** Fibonacci hashing: 2^32 divided by the golden ratio. */
const MULTIPLIER = 0x9e3779b1;
/** In tests, where each file has its own globals, a global lookup for every word would cost more than the rest. */
const { imul } = Math;

/**
 * Compiles needles into a filter that looks at one word of four bytes in every eight bytes (in four or two, where a needle
 * is short). It does not search for whole needles but for pieces of them, spread so that one stays whole when the needle is
 * broken over lines.
 */
export function compileByteMatcher(needles: readonly Needle[]): ByteMatcher {
  const step = stepOf(needles);
  const length = step + WORD - 1;
  const known: {
    readonly needle: Needle;
    readonly piece: Piece;
    readonly offset: number;
    readonly word: number;
  }[] = [];
  for (const needle of needles) {
    for (const start of pieceStarts(needle.bytes.length, length)) {
      for (let offset = start; offset < start + step; offset++) {
        const word = needle.bytes.readInt32LE(offset);
        known.push({ needle, piece: { start, length }, offset, word });
      }
    }
  }
  const filter = new Int32Array(1 << (FILTER_BITS - 5));
  const heads = new Int32Array(1 << SLOT_BITS).fill(-1);
  const next = new Int32Array(known.length);
  for (const [index, { word }] of known.entries()) {
    const hash = hashOf(word);
    filter[hash >>> 5] = (filter[hash >>> 5] as number) | (1 << (hash & 31));
    const slot = hash >>> (FILTER_BITS - SLOT_BITS);
    next[index] = heads[slot] as number;
    heads[slot] = index;
  }

  const compare = (text: SearchedBytes, at: number, word: number, hash: number, visit: VisitPiece) => {
    let index = heads[hash >>> (FILTER_BITS - SLOT_BITS)] as number;
    for (; index !== -1; index = next[index] as number) {
      const candidate = known[index] as (typeof known)[number];
      if (candidate.word !== word) continue;
      const { needle, piece, offset } = candidate;
      if (isSame(text.bytes, at - offset, needle.bytes, piece)) visit(needle, at - offset, piece);
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
      compare(text, at * WORD, word, hash, visit);
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
      compare(text, at * 2, word, hash, visit);
    }
  };
  return {
    scan(text, range, visit) {
      if (known.length === 0) return;
      if (step < WORD) scanPairs(text, range, visit);
      else scanWords(text, range, visit);
    },
  };
}

function hashOf(word: number): number {
  return imul(word, MULTIPLIER) >>> (32 - FILTER_BITS);
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
