import { TOKEN_KINDS, type TokenKind } from '../../secrets/token-kinds.ts';
import type { Range, SearchedBytes } from './byte-matcher.ts';

/** Longer than any token. */
const LONGEST_TOKEN = 1024;

/** The shortest token has 9 bytes more: a token that begins at most so many bytes before a place goes on for 9 after it. */
const STEP = 16;
/** Whether both bytes of a pair may be part of a token: one bit for each pair, which fits into the fastest cache. */
const TOKEN_PAIRS = compileTokenPairs();

/** The ids of AWS are too short for the steps, and no secret by themselves. */
const MATCHERS = TOKEN_KINDS.filter(({ host }) => host !== 'AWS').map((kind) => ({
  kind,
  firstWord: Buffer.from(kind.prefix).readInt32LE(),
  whole: new RegExp(`^${kind.prefix}(${kind.rest})`),
}));
/** By the codes of two characters, whether a prefix begins with them. */
const IS_BEGINNING = new Uint8Array(0x10000);
for (const { firstWord } of MATCHERS) IS_BEGINNING[firstWord & 0xffff] = 1;

/** Bytes that look like a token. */
export interface FoundToken {
  readonly at: number;
  readonly end: number;
  readonly kind: TokenKind;
}

/** Finds tokens by their kinds, except those that look like examples: repeated or ascending characters. */
export function searchTokens(
  { bytes, words }: SearchedBytes,
  { from, to }: Range,
  filled: number,
): readonly FoundToken[] {
  const found: FoundToken[] = [];
  for (let at = from; at < to; at += STEP) {
    const index = at >>> 2;
    if (!isTokenWord(words[index] as number) || !isTokenWord(words[index + 1] as number)) continue;
    if (!isTokenPair(((words[index + 2] as number) & 0xff) * 0x101)) continue;
    // A token that begins here or later is found at the next place.
    for (let byte = Math.max(0, at - STEP); byte < at; byte++) {
      const pair = (bytes[byte] as number) | ((bytes[byte + 1] as number) << 8);
      const token = IS_BEGINNING[pair] === 1 ? tokenAt(bytes, byte, filled) : undefined;
      if (token !== undefined) found.push(token);
    }
  }
  return found;
}

function isTokenWord(word: number): boolean {
  return isTokenPair(word & 0xffff) && isTokenPair(word >>> 16);
}

function isTokenPair(pair: number): boolean {
  return (((TOKEN_PAIRS[pair >>> 5] as number) >>> (pair & 31)) & 1) !== 0;
}

function tokenAt(bytes: Buffer, at: number, filled: number): FoundToken | undefined {
  const word = bytes.readInt32LE(at);
  for (const { kind, firstWord, whole } of MATCHERS) {
    if (firstWord !== word) continue;
    const [token, rest] =
      whole.exec(bytes.toString('latin1', at, Math.min(filled, at + LONGEST_TOKEN))) ?? [];
    if (token === undefined || rest === undefined || !looksRandom(rest)) continue;
    const found = { at, end: at + token.length, kind };
    if (!isAlphanumeric(kind) || !isInBase64(bytes.subarray(0, filled), found)) return found;
  }
  return undefined;
}

/** Whether its tokens are letters and digits only, as base64 mostly is. */
function isAlphanumeric({ prefix, characters }: TokenKind): boolean {
  return !prefix.includes('_') && characters === '[A-Za-z0-9]';
}

/** Shorter than the lines of base64 that programs write (64 and 76), longer than such a token in a URL. */
const BASE64_LINE = 60;

function isInBase64(bytes: Uint8Array, { at, end }: { readonly at: number; readonly end: number }): boolean {
  let [from, to] = [at, end];
  while (from > 0 && end - from < BASE64_LINE && isBase64(bytes[from - 1])) from--;
  while (to < bytes.length && to - from < BASE64_LINE && isBase64(bytes[to])) to++;
  return to - from >= BASE64_LINE;
}

function isBase64(byte = 0): boolean {
  return /[A-Za-z0-9+/]/.test(String.fromCharCode(byte));
}

const ENOUGH_CHARACTERS = 12;

/** `xxxxxxxx`, `1234567890abcdef…` and the alphabet are examples. */
function looksRandom(text: string): boolean {
  if (new Set(text).size < ENOUGH_CHARACTERS) return false;
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps++;
  }
  return steps < text.length / 4;
}

function compileTokenPairs(): Int32Array {
  const isCharacter = Array.from({ length: 0x100 }, (_, code) => /[\w.-]/.test(String.fromCharCode(code)));
  const bits = new Int32Array(0x10000 / 32);
  for (let pair = 0; pair < 0x10000; pair++) {
    if (isCharacter[pair & 0xff] && isCharacter[pair >>> 8])
      bits[pair >>> 5] = (bits[pair >>> 5] as number) | (1 << (pair & 31));
  }
  return bits;
}
