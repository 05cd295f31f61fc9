import { TOKEN_KINDS, type TokenKind } from '../../secrets/token-kinds.ts';
import type { Range, SearchedBytes } from './byte-matcher.ts';

/** Longer than any token of GitHub or GitLab. */
const LONGEST_TOKEN = 1024;

/** The shortest token has 9 bytes more: a token that begins at most so many bytes before a place goes on for 9 after it. */
const STEP = 16;
/** The character that all prefixes begin with, four times. */
const FOUR_FIRST = 0x67676767;
/** Whether both bytes of a pair may be part of a token: one bit for each pair, which fits into the fastest cache. */
const TOKEN_PAIRS = compileTokenPairs();

const MATCHERS = TOKEN_KINDS.map((kind) => ({
  kind,
  firstWord: Buffer.from(kind.prefix).readInt32LE(),
  whole: new RegExp(`^${kind.prefix}(${kind.rest})`),
}));
/** By its code, whether a character is the second one of a prefix. */
const IS_SECOND = new Uint8Array(0x100);
for (const { firstWord } of MATCHERS) IS_SECOND[(firstWord >>> 8) & 0xff] = 1;

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
    for (let start = Math.max(0, index - STEP / 4); start < index; start++) {
      if (!holdsZero((words[start] as number) ^ FOUR_FIRST)) continue;
      for (let byte = start * 4; byte < start * 4 + 4; byte++) {
        const token = mayBeginToken(bytes, byte) ? tokenAt(bytes, byte, filled) : undefined;
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
  return (((TOKEN_PAIRS[pair >>> 5] as number) >>> (pair & 31)) & 1) !== 0;
}

/** Whether one of its four bytes is zero. */
function holdsZero(word: number): boolean {
  return ((word - 0x01010101) & ~word & 0x80808080) !== 0;
}

function mayBeginToken(bytes: Buffer, at: number): boolean {
  return bytes[at] === (FOUR_FIRST & 0xff) && IS_SECOND[bytes[at + 1] as number] === 1;
}

function tokenAt(bytes: Buffer, at: number, filled: number): FoundToken | undefined {
  const word = bytes.readInt32LE(at);
  const matcher = MATCHERS.find(({ firstWord }) => firstWord === word);
  if (matcher === undefined) return undefined;
  const { kind, whole } = matcher;
  const [token, rest] = whole.exec(bytes.toString('latin1', at, Math.min(filled, at + LONGEST_TOKEN))) ?? [];
  if (token === undefined || rest === undefined || !looksRandom(rest)) return undefined;
  return { at, end: at + token.length, kind };
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
