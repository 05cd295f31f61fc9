import { findTokenShapes } from '../../secrets/token-shapes.ts';
import type { Range, SearchedBytes } from './byte-matcher.ts';

/** Longer than any token of GitHub or GitLab. */
const LONGEST_TOKEN = 1024;
const GITHUB = /^gh[pousr]_|^github_pat_/;

/** No token, its prefix with it, is shorter than this and two words and a half: one such stretch at a multiple of it is whole. */
const STEP = 16;
/** Four times `g`, with which all prefixes begin. */
const FOUR_G = 0x67676767;
/** Whether all signs of a pair of bytes may be in a token; a bit for each, which stays in the fastest cache. */
const IS_TOKEN_PAIR = tokenPairs();

/** What stands there looks like a token, of whomever. */
export interface ShapedToken {
  readonly at: number;
  readonly end: number;
  /** Whose tokens look so. */
  readonly host: 'GitHub' | 'GitLab';
  /** Its known beginning: `ghp_`. */
  readonly prefix: string;
}

/**
 * Finds what looks like a token (`token-shapes.ts`) and does not look like an example of one: those repeat themselves or
 * count up.
 */
export function searchTokenShapes(
  { bytes, words }: SearchedBytes,
  { from, to }: Range,
  filled: number,
): readonly ShapedToken[] {
  const found: ShapedToken[] = [];
  for (let at = from; at < to; at += STEP) {
    const index = at >>> 2;
    if (!isTokenWord(words[index] as number) || !isTokenWord(words[index + 1] as number)) continue;
    if (!isTokenPair((words[index + 2] as number) & 0xffff)) continue;
    // Whatever begins behind it holds the next such place.
    for (let start = Math.max(0, index - STEP / 4); start < index; start++) {
      if (!holdsZero((words[start] as number) ^ FOUR_G)) continue;
      for (let byte = start * 4; byte < start * 4 + 4; byte++) {
        const token = tokenAt(bytes, byte, filled);
        if (token !== undefined) found.push(token);
      }
    }
  }
  return found;
}

function isTokenWord(word: number): boolean {
  return isTokenPair(word & 0xffff) && isTokenPair(word >>> 16);
}

function isTokenPair(pair: number): boolean {
  return (((IS_TOKEN_PAIR[pair >>> 5] as number) >>> (pair & 31)) & 1) !== 0;
}

/** Whether one of its four bytes is zero. */
function holdsZero(word: number): boolean {
  return ((word - 0x01010101) & ~word & 0x80808080) !== 0;
}

function tokenAt(bytes: Buffer, at: number, filled: number): ShapedToken | undefined {
  if (!beginsToken(bytes, at)) return undefined;
  const text = bytes.toString('latin1', at, Math.min(filled, at + LONGEST_TOKEN));
  const shape = findTokenShapes(text).find(({ start, name }) => start === 0 && name === 'token');
  if (shape === undefined) return undefined;
  const token = text.slice(0, shape.end);
  const prefix = (GITHUB.exec(token) ?? ['glpat-'])[0];
  if (!looksRandom(token.slice(prefix.length))) return undefined;
  return { at, end: at + shape.end, host: prefix === 'glpat-' ? 'GitLab' : 'GitHub', prefix };
}

const ENOUGH_SIGNS = 12;

/** `xxxxxxxx`, `1234567890abcdef…` and the alphabet are examples. */
function looksRandom(text: string): boolean {
  if (new Set(text).size < ENOUGH_SIGNS) return false;
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps++;
  }
  return steps < text.length / 4;
}

/** `gh?_`, `glp??-`, `gi????_`: so much of the prefixes tells them from most words that begin with a g. */
function beginsToken(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== 0x67) return false;
  switch (bytes[at + 1]) {
    case 0x68:
      return bytes[at + 3] === 0x5f;
    case 0x6c:
      return bytes[at + 2] === 0x70 && bytes[at + 5] === 0x2d;
    case 0x69:
      return bytes[at + 6] === 0x5f && bytes[at + 10] === 0x5f;
    default:
      return false;
  }
}

function tokenPairs(): Int32Array {
  const signs = Array.from({ length: 0x100 }, (_, code) => /[\w.-]/.test(String.fromCharCode(code)));
  const bits = new Int32Array(0x10000 / 32);
  for (let pair = 0; pair < 0x10000; pair++) {
    if (signs[pair & 0xff] && signs[pair >>> 8])
      bits[pair >>> 5] = (bits[pair >>> 5] as number) | (1 << (pair & 31));
  }
  return bits;
}
