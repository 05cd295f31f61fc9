/** Finds many fixed texts at once, in one pass. */
export interface StringMatcher {
  scan(text: string): Scan;
}

export interface Scan {
  /** Every occurrence, by its end; of those with one end, the longest. They may overlap. */
  readonly matches: readonly Match[];
  /** Where a text that is still incomplete may have begun; the length of the input when none has. */
  readonly openFrom: number;
}

export interface Match {
  readonly start: number;
  readonly end: number;
  /** Which text, by its place in the list given to `compileMatcher`. */
  readonly index: number;
}

/** Classes of characters: no part of any text, skipped, and then one for each character that occurs in a text. */
const OTHER = 0;
const SKIPPED = 1;
const FIRST_CLASS = 2;

/**
 * Compiles texts into an Aho-Corasick automaton (CACM 18:6, 1975) with all its transitions worked out, so that
 * a scan costs two look-ups a character, however many texts there are. CR and LF are skipped wherever they
 * stand: a text is found although a line was wrapped within it. The texts must not hold any.
 */
export function compileMatcher(texts: readonly string[]): StringMatcher {
  const classes = new Uint16Array(0x10000);
  classes[10] = classes[13] = SKIPPED;
  let width = FIRST_CLASS;
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (classes[code] === OTHER) classes[code] = width++;
    }
  }
  const trie = buildTrie(texts, classes, width);
  const next = completeTransitions(trie);

  return {
    scan(text) {
      const matches: Match[] = [];
      let state = 0;
      for (let at = 0; at < text.length; at++) {
        const sign = classes[text.charCodeAt(at)] as number;
        if (sign === SKIPPED) continue;
        state = next[state + sign] as number;
        if (state < 0) {
          state = ~state;
          const index = trie.found[state / width] as number;
          const length = (texts[index] as string).length;
          matches.push({ start: walkBack(text, at + 1, length), end: at + 1, index });
        }
      }
      const open = trie.open[state / width] as number;
      return { matches, openFrom: open === 0 ? text.length : walkBack(text, text.length, open) };
    },
  };
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
 * Breadth first, each state takes over the edges it lacks from its longest proper suffix. A target is stored as
 * the offset of its row; one in which a text ends, as the complement of that.
 */
function completeTransitions({ width, states, edges, found, open }: Trie): Int32Array {
  const next = new Int32Array(states * width);
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
  for (let edge = 0; edge < next.length; edge++) {
    const target = edges[edge] as number;
    next[edge] = found[target] === -1 ? target * width : ~(target * width);
  }
  return next;
}

/** Where `length` characters that are not skipped begin, counted back from `end`. */
function walkBack(text: string, end: number, length: number): number {
  let at = end;
  for (let left = length; left > 0; left--) {
    at--;
    while (text.charCodeAt(at) === 10 || text.charCodeAt(at) === 13) at--;
  }
  return at;
}
