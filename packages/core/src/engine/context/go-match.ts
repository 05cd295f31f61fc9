type Term = (char: string) => boolean;

/** What stands between two stars. */
interface Chunk {
  readonly isAfterStar: boolean;
  /** `undefined` when it is malformed. */
  readonly terms: readonly Term[] | undefined;
}

/**
 * Compiles a pattern of Go's `filepath.Match`. As in Go, a mistake in a chunk is noticed only when the chunks before it
 * match: `undefined` is answered then.
 */
export function compileGoMatch(pattern: string): (name: string) => boolean | undefined {
  const chunks = readChunks([...pattern]);
  return (name) => matches(chunks, [...name]);
}

function matches(chunks: readonly Chunk[], chars: readonly string[]): boolean | undefined {
  let at = 0;
  for (const [index, { isAfterStar, terms }] of chunks.entries()) {
    if (terms === undefined) return undefined;
    const isLast = index === chunks.length - 1;
    let end = matchChunk(terms, chars, at);
    while (end === undefined || (isLast && end < chars.length)) {
      if (!isAfterStar || at >= chars.length || chars[at] === '/') return false;
      end = matchChunk(terms, chars, ++at);
    }
    at = end;
  }
  return at === chars.length;
}

/** @returns where the match ends */
function matchChunk(terms: readonly Term[], chars: readonly string[], start: number): number | undefined {
  const end = start + terms.length;
  return end <= chars.length && terms.every((term, index) => term(chars[start + index] as string))
    ? end
    : undefined;
}

function readChunks(chars: readonly string[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < chars.length) {
    const start = at;
    while (chars[at] === '*') at++;
    const isAfterStar = at > start;
    const terms: Term[] = [];
    while (at < chars.length && chars[at] !== '*') {
      const read = readTerm(chars, at);
      if (read === undefined) return [...chunks, { isAfterStar, terms: undefined }];
      terms.push(read.term);
      at = read.end;
    }
    chunks.push({ isAfterStar, terms });
  }
  return chunks;
}

interface ReadTerm {
  readonly term: Term;
  readonly end: number;
}

function readTerm(chars: readonly string[], at: number): ReadTerm | undefined {
  const char = chars[at];
  if (char === '[') return readSet(chars, at + 1);
  if (char === '?') return { term: (it) => it !== '/', end: at + 1 };
  const end = char === '\\' ? at + 2 : at + 1;
  const literal = chars[end - 1];
  return literal === undefined ? undefined : { term: (it) => it === literal, end };
}

/** @param start after the `[` */
function readSet(chars: readonly string[], start: number): ReadTerm | undefined {
  const isNegated = chars[start] === '^';
  const ranges: { low: number; high: number }[] = [];
  let at = isNegated ? start + 1 : start;
  const takeOne = (): number | undefined => {
    if (chars[at] === '-' || chars[at] === ']') return undefined;
    if (chars[at] === '\\') at++;
    return chars[at++]?.codePointAt(0);
  };
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = takeOne();
    const isRange = chars[at] === '-';
    if (isRange) at++;
    const high = isRange ? takeOne() : low;
    if (low === undefined || high === undefined) return undefined;
    ranges.push({ low, high });
  }
  const term: Term = (char) => {
    const code = char.codePointAt(0) as number;
    return ranges.some(({ low, high }) => low <= code && code <= high) !== isNegated;
  };
  return { term, end: at + 1 };
}
