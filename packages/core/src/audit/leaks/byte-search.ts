import type { Secret } from '../../secrets/secret.ts';
import type { TokenKind } from '../../secrets/token-kinds.ts';
import { type ByteMatcher, compileByteMatcher, type SearchedBytes } from './byte-matcher.ts';
import { type Arrangement, confirmHit, reachOf } from './confirm-hit.ts';
import { type Needle, needlesOf } from './needle.ts';
import { searchTokens } from './token-search.ts';

/** A find in a stream of bytes. */
export interface Hit {
  /** Offset in the stream. */
  readonly at: number;
  /** The form of a known secret. */
  readonly needle?: Needle;
  readonly arrangement?: Arrangement;
  /** The kind of token that it looks like, when it is not a known secret. */
  readonly token?: TokenKind;
}

/** What is searched for, compiled once for any number of searches. */
export interface SearchPattern {
  readonly needles: readonly Needle[];
  readonly matcher: ByteMatcher;
  /** The values of the secrets, as latin1. */
  readonly raw: readonly string[];
  /** How many bytes around a piece decide whether it is part of a needle. */
  readonly reach: number;
}

/** Searches one stream after the other. */
export interface ByteSearch {
  begin(onHit: (hit: Hit) => void): void;
  push(piece: Uint8Array): void;
  /** Offset in the stream before which there will be no more hits. */
  searchedTo(): number;
  end(): void;
}

const WINDOW_BYTES = 256 * 1024;
/** The last word of a window may reach beyond it. */
const SLACK = 16;

export function compileSearch(secrets: readonly Secret[]): SearchPattern {
  const needles = needlesOf(secrets);
  return {
    needles,
    matcher: compileByteMatcher(needles),
    raw: needles.filter(({ form }) => form === 'raw').map(({ bytes }) => bytes.toString('latin1')),
    reach: roundUp(Math.max(2048, reachOf(needles))),
  };
}

/** Searches streams as they come, however they are cut into pieces, in the memory of one window. */
export function createByteSearch({ reach, matcher, raw }: SearchPattern): ByteSearch {
  const window = createWindow(WINDOW_BYTES + 2 * reach);
  const { bytes } = window;
  const capacity = WINDOW_BYTES + 2 * reach;
  /** Where in the stream the last hit of each needle ends. */
  const ends = new Map<Needle, number>();
  let filled = 0;
  /** Offset of the window in the stream. */
  let base = 0;
  /** Offset in the window up to which it was searched. */
  let from = 0;
  let tokensEnd = 0;
  let onHit: (hit: Hit) => void = () => {};

  const search = (to: number) => {
    matcher.scan(window, { from, to }, (needle, at, piece) => {
      if (base + at < (ends.get(needle) ?? 0)) return true;
      const hit = confirmHit(bytes, filled, { needle, at, piece });
      if (hit === undefined) return false;
      ends.set(needle, base + hit.end);
      onHit({ at: base + Math.max(0, at), needle, arrangement: hit.arrangement });
      return true;
    });
    for (const { at, end, kind } of searchTokens(window, { from, to }, filled)) {
      if (base + at < tokensEnd) continue;
      tokensEnd = base + end;
      if (!isKnown(bytes.toString('latin1', at, end), raw)) onHit({ at: base + at, token: kind });
    }
    from = to;
  };

  const slide = () => {
    search(capacity - reach);
    const start = from - reach;
    bytes.copy(bytes, 0, start, filled);
    filled -= start;
    base += start;
    from = reach;
  };

  return {
    begin(listener) {
      onHit = listener;
    },
    searchedTo: () => base + from - reach,
    push(piece) {
      for (let at = 0; at < piece.length; ) {
        const taken = Math.min(piece.length - at, capacity - filled);
        bytes.set(taken === piece.length ? piece : piece.subarray(at, at + taken), filled);
        filled += taken;
        at += taken;
        if (filled === capacity) slide();
      }
    },
    end() {
      bytes.fill(0, filled, filled + SLACK);
      search(roundUp(filled));
      ends.clear();
      filled = base = from = tokensEnd = 0;
    },
  };
}

/** Searches bytes that are all there. */
export function searchBytes(search: ByteSearch, bytes: Uint8Array, onHit: (hit: Hit) => void): void {
  search.begin(onHit);
  search.push(bytes);
  search.end();
}

function createWindow(capacity: number): SearchedBytes {
  const buffer = new ArrayBuffer(capacity + SLACK);
  return {
    bytes: Buffer.from(buffer),
    words: new Int32Array(buffer),
    pairs: new Uint16Array(buffer),
  };
}

/** A known secret that looks like a token is reported as the secret. */
function isKnown(token: string, raw: readonly string[]): boolean {
  return raw.some((value) => value.includes(token) || token.includes(value));
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
