import { findTokenShapes } from '../../secrets/token-shapes.ts';
import type { Range, SearchedBytes } from './byte-matcher.ts';

/** Longer than any token of GitHub or GitLab. */
const LONGEST_TOKEN = 1024;
const GITHUB = /^gh[pousr]_|^github_pat_/;

/** Where in one of every two pairs of bytes a token's prefix would be seen, and how far its beginning is before. */
const PAIRS = pairsOf(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'glpat-', 'github_pat_']);

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
  { bytes, pairs }: SearchedBytes,
  { from, to }: Range,
  filled: number,
): readonly ShapedToken[] {
  const found: ShapedToken[] = [];
  const last = to / 2;
  for (let index = from / 2; index < last; index++) {
    const before = PAIRS[pairs[index] as number] as number;
    if (before === 0) continue;
    const at = index * 2 - before + 1;
    if (at < 0 || bytes[at] !== 0x67) continue;
    const token = tokenAt(bytes, at, filled);
    if (token !== undefined && found.at(-1)?.at !== token.at) found.push(token);
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

/**
 * By pair of bytes, as little-endian machines read them: one more than how far it is behind the beginning of a prefix.
 * Of the pairs at even and at odd places of a prefix the rarer ones are looked for.
 */
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
