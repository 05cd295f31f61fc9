/** Finds many fixed texts in one pass. */
export interface StringMatcher {
  scan(text: string): Scan;
}

export interface Scan {
  /** All occurrences in the order of their ends, of those with the same end the longest. They may overlap. */
  readonly matches: readonly Match[];
  /** Where a text may begin that the end of the input cuts off; the length of the input when there is none. */
  readonly openFrom: number;
}

export interface Match {
  readonly start: number;
  readonly end: number;
  /** Index of the text in the list given to `compileMatcher`. */
  readonly index: number;
}

/** Character classes: one for characters that occur in no text, then one for each that occurs. */
const OTHER = 0;
const FIRST_CLASS = 1;

/** A skip fits into a byte. */
const MAX_SKIP = 0xff;

/**
 * Compiles texts into an Aho-Corasick automaton (CACM 18:6, 1975) with complete transitions. In its first state it skips most
 * characters, as in Wu and Manber's search (TR-94-17, University of Arizona): the last two characters of a stretch as long
 * as the shortest text show how far away the next match is at least.
 *
 * CR and LF are ignored, so that a text is found although it was wrapped. The texts must not hold any.
 */
export function compileMatcher(texts: readonly string[]): StringMatcher {
  const classes = new Uint16Array(0x10000);
  let width = FIRST_CLASS;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (classes[code] === OTHER) classes[code] = width++;
    }
  }
  const trie = buildTrie(texts, classes, width);
  const next = completeTransitions(trie);
  const skip = compileSkip(texts);

  return {
    scan(whole) {
      // A copy without breaks is faster than a check of every character.
      const text = withoutBreaks(whole);
      const matches: Match[] = [];
      let state = 0;
      for (let at = skip(text, 0); at < text.length; at++) {
        state = next[state + (classes[text.charCodeAt(at)] as number)] as number;
        if (state === 0) at = skip(text, at + 1) - 1;
        else if (state < 0) {
          state = ~state;
          const index = trie.found[state / width] as number;
          matches.push({ start: at + 1 - (texts[index] as string).length, end: at + 1, index });
        }
      }
      const open = trie.open[state / width] as number;
      const scan = { matches, openFrom: text.length - open };
      if (text === whole) return scan;
      return open === 0 && matches.length === 0
        ? { matches, openFrom: whole.length }
        : withBreaks(whole, scan);
    },
  };
}

const BREAKS = /[\r\n]+/g;

/** Without a CR, and our own streams have none, `replaceAll` is faster. */
function withoutBreaks(text: string): string {
  return text.includes('\r') ? text.replace(BREAKS, '') : text.replaceAll('\n', '');
}

/** The same places in the text with its breaks: a match begins and ends with a character that is not a break. */
function withBreaks(whole: string, { matches, openFrom }: Scan): Scan {
  /** Where the bare text continues after each break, and how many characters of breaks are before that. */
  const breaks: { readonly from: number; readonly sum: number }[] = [{ from: 0, sum: 0 }];
  for (const {
    index,
    0: { length },
  } of whole.matchAll(BREAKS)) {
    const { sum } = breaks.at(-1) as { sum: number };
    breaks.push({ from: index - sum, sum: sum + length });
  }
  const place = (bare: number) => {
    let [low, high] = [0, breaks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((breaks[middle] as { from: number }).from <= bare) low = middle;
      else high = middle - 1;
    }
    return bare + (breaks[low] as { sum: number }).sum;
  };
  return {
    matches: matches.map(({ start, end, index }) => ({
      start: place(start),
      end: place(end - 1) + 1,
      index,
    })),
    openFrom: place(openFrom),
  };
}

/**
 * Returns a function that gives the first place from `from` on where a text may begin: a text at an earlier one would need
 * two adjacent characters that no text has. Near the end of the input it gives a place without knowing.
 */
function compileSkip(texts: readonly string[]): (text: string, from: number) => number {
  const shortest = texts.reduce((least, text) => Math.min(least, text.length), MAX_SKIP);
  if (shortest < 2) return (_, from) => from;
  const skips = new Uint8Array(0x10000).fill(shortest - 1);
  for (const text of texts) {
    for (let at = 1; at < shortest; at++) {
      const pair = pairOf(text.charCodeAt(at - 1), text.charCodeAt(at));
      skips[pair] = Math.min(skips[pair] as number, shortest - 1 - at);
    }
  }
  return (text, from) => {
    let last = from + shortest - 1;
    while (last < text.length) {
      const skipped = skips[pairOf(text.charCodeAt(last - 1), text.charCodeAt(last))] as number;
      if (skipped === 0) break;
      last += skipped;
    }
    return last - shortest + 1;
  };
}

/** Characters beyond Latin-1 share a pair with others, so that less is skipped, never too much. */
function pairOf(first: number, second: number): number {
  return ((first & 0xff) << 8) | (second & 0xff);
}

interface Trie {
  readonly width: number;
  readonly states: number;
  /** Row of each state, `width` wide; 0 where the trie has no edge. */
  readonly edges: Int32Array;
  /** The longest text that ends in a state, or -1. */
  readonly found: Int32Array;
  readonly depth: Int32Array;
  /** Depth of the longest suffix of a state (itself included) that can still become a longer text. */
  readonly open: Int32Array;
}

function buildTrie(texts: readonly string[], classes: Uint16Array, width: number): Trie {
  const most = texts.reduce((sum, text) => sum + text.length, 1);
  const edges = new Int32Array(most * width);
  const found = new Int32Array(most).fill(-1);
  const depth = new Int32Array(most);
  const open = new Int32Array(most);
  let states = 1;
  for (const [index, text] of texts.entries()) {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const edge = state * width + (classes[text.charCodeAt(at)] as number);
      if (edges[edge] === 0) {
        open[state] = depth[state] as number;
        depth[states] = at + 1;
        edges[edge] = states++;
      }
      state = edges[edge] as number;
    }
    if (state !== 0 && found[state] === -1) found[state] = index;
  }
  return { width, states, edges, found, depth, open };
}

/**
 * Breadth first, each state gets the edges it lacks from its longest proper suffix. A target is stored as the offset of its
 * row, or as the complement of that when a text ends in it. The edges of the trie are replaced in place.
 */
function completeTransitions({ width, states, edges, found, open }: Trie): Int32Array {
  const suffix = new Int32Array(states);
  const queue = [0];
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const fallback = suffix[state] as number;
    if (found[state] === -1) found[state] = found[fallback] as number;
    if (open[state] === 0) open[state] = open[fallback] as number;
    for (let sign = 0; sign < width; sign++) {
      const child = edges[state * width + sign] as number;
      const inherited = state === 0 ? 0 : (edges[fallback * width + sign] as number);
      if (child !== 0) {
        suffix[child] = inherited;
        queue.push(child);
      } else {
        edges[state * width + sign] = inherited;
      }
    }
  }
  const next = edges.subarray(0, states * width);
  for (let edge = 0; edge < next.length; edge++) {
    const target = next[edge] as number;
    next[edge] = found[target] === -1 ? target * width : ~(target * width);
  }
  return next;
}
