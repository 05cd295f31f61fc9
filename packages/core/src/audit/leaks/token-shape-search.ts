import { findTokenShapes } from '../../secrets/token-shapes.ts';
import type { Range, SearchedBytes } from './byte-matcher.ts';

/** Longer than any token of GitHub or GitLab. */
const LONGEST_TOKEN = 1024;
const GITHUB = /^gh[pousr]_|^github_pat_/;

/**
 * By pair of bytes, as little-endian machines read them: one more than how far it is behind the beginning of a prefix. Of
 * the pairs at even and at odd places of each prefix the rarer ones are looked for.
 */
const PAIRS = pairsOf(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'glpat-', 'github_pat_']);
/** The same as a bit for each pair, which stays in the fastest cache. */
const IS_PAIR = bitsOf(PAIRS);

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
  const look = (pair: number, pairAt: number) => {
    const at = pairAt - (PAIRS[pair] as number) + 1;
    if (at < 0 || bytes[at] !== 0x67) return;
    const token = tokenAt(bytes, at, filled);
    if (token !== undefined && found.at(-1)?.at !== token.at) found.push(token);
  };
  const last = to / 4;
  for (let index = from / 4; index < last; index++) {
    const word = words[index] as number;
    const low = word & 0xffff;
    const high = word >>> 16;
    if ((((IS_PAIR[low >>> 5] as number) >>> (low & 31)) & 1) !== 0) look(low, index * 4);
    if ((((IS_PAIR[high >>> 5] as number) >>> (high & 31)) & 1) !== 0) look(high, index * 4 + 2);
  }
  return found;
}

function tokenAt(bytes: Buffer, at: number, filled: number): ShapedToken | undefined {
  const third = bytes[at + 2];
  const isStart = bytes[at + 3] === 0x5f || third === 0x70 || third === 0x74;
  if (!isStart) return undefined;
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

function pairsOf(prefixes: readonly string[]): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (const prefix of prefixes) {
    const signs = Buffer.from(prefix);
    // Of `ghp_`: `p_` and `hp`; of `glpat-`: `t-` hides too late, so `pa` would be too common: `gl` and `lp`.
    const places = prefix === 'github_pat_' ? [6, 5] : prefix === 'glpat-' ? [0, 1] : [2, 1];
    for (const place of places) table[signs.readUInt16LE(place)] = place + 1;
  }
  return table;
}

function bitsOf(table: Uint8Array): Int32Array {
  const bits = new Int32Array(table.length / 32);
  for (const [index, value] of table.entries()) {
    if (value !== 0) bits[index >>> 5] = (bits[index >>> 5] as number) | (1 << (index & 31));
  }
  return bits;
}
