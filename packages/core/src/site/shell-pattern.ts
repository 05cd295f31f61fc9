/** The patterns of `${NAME#pattern}`, as BuildKit reads them: `*`, `?`, and a backslash before either. */

/** One character, any one character, or any number of them. A wildcard stops at the end of a line. */
type Token = { readonly literal: string } | 'any' | 'many';

export type ShellPattern = readonly Token[];

/** @returns undefined for an escape that BuildKit does not accept */
export function parseShellPattern(pattern: string): ShellPattern | undefined {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (character === '*') tokens.push('many');
    else if (character === '?') tokens.push('any');
    else if (character !== '\\') tokens.push({ literal: character });
    else {
      index += 1;
      const escaped = characters[index] ?? '';
      if (!['*', '?', '\\', '}', '/'].includes(escaped)) return undefined;
      tokens.push({ literal: escaped });
    }
  }
  return tokens;
}

/** `${NAME#pattern}`; with `isLongest` `##`. */
export function trimPrefix(value: string, pattern: ShellPattern, isLongest: boolean): string {
  const text = [...value];
  const found = findMatch(text, pattern, { from: 0, isAnchored: true, isLongest });
  return text.slice(found?.end ?? 0).join('');
}

/** `${NAME%pattern}`; with `isLongest` `%%`. */
export function trimSuffix(value: string, pattern: ShellPattern, isLongest: boolean): string {
  const text = [...value].reverse();
  const reversed = [...pattern].reverse();
  const found = findMatch(text, reversed, { from: 0, isAnchored: true, isLongest });
  return text
    .slice(found?.end ?? 0)
    .reverse()
    .join('');
}

/** `${NAME/pattern/replacement}`; with `isEvery` `//`, for which BuildKit expands `$0` in the replacement, as Go does. */
export function replacePattern(
  value: string,
  { pattern, replacement, isEvery }: { pattern: ShellPattern; replacement: string; isEvery: boolean },
): string {
  const text = [...value];
  const parts: string[] = [];
  let from = 0;
  let last = -1;
  for (let at = 0; at <= text.length; ) {
    const found = findMatch(text, pattern, { from: at, isAnchored: false, isLongest: true });
    if (found === undefined) break;
    const isEmpty = found.end === found.start;
    // An empty match right after another match does not count.
    if (!(isEmpty && found.start === last)) {
      const match = text.slice(found.start, found.end).join('');
      parts.push(...text.slice(from, found.start), isEvery ? expand(replacement, match) : replacement);
      from = found.end;
      if (!isEvery) break;
    }
    last = found.end;
    at = isEmpty ? found.end + 1 : found.end;
  }
  return [...parts, ...text.slice(from)].join('');
}

/** Go's templates of a pattern without groups: `$0` is the match, `$$` a `$`, every other name is empty. */
function expand(template: string, match: string): string {
  return template.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (written, plain?: string, braced?: string) => {
      if (written === '$$') return '$';
      return (plain ?? braced) === '0' ? match : '';
    },
  );
}

interface Match {
  readonly start: number;
  readonly end: number;
}

/**
 * The leftmost match, of the length asked for. All ways to match go side by side: a pattern with many wildcards takes no
 * longer than its length times that of the text.
 */
function findMatch(
  text: readonly string[],
  pattern: ShellPattern,
  { from, isAnchored, isLongest }: { from: number; isAnchored: boolean; isLongest: boolean },
): Match | undefined {
  // By the number of tokens matched so far: where such a match began, as far left as possible.
  let starts: (number | undefined)[] = [];
  let best: Match | undefined;
  for (let at = from; at <= text.length; at += 1) {
    if (at === from || (!isAnchored && best === undefined)) starts[0] = Math.min(starts[0] ?? at, at);
    passWildcards(starts, pattern);
    const start = starts[pattern.length];
    if (start !== undefined && (best === undefined || start <= best.start)) {
      best = { start, end: at };
      if (!isLongest) return best;
    }
    const character = text[at];
    if (character === undefined) break;
    starts = advance(starts, pattern, character);
    if (starts.length === 0 && (isAnchored || best !== undefined)) break;
  }
  return best;
}

/** `many` may match nothing. */
function passWildcards(starts: (number | undefined)[], pattern: ShellPattern): void {
  for (const [index, token] of pattern.entries()) {
    const start = starts[index];
    if (token === 'many' && start !== undefined)
      starts[index + 1] = Math.min(starts[index + 1] ?? start, start);
  }
}

function advance(
  starts: readonly (number | undefined)[],
  pattern: ShellPattern,
  character: string,
): (number | undefined)[] {
  const next: (number | undefined)[] = [];
  const isWild = character !== '\n';
  for (const [index, token] of pattern.entries()) {
    const start = starts[index];
    if (start === undefined) continue;
    const isLiteral = typeof token === 'object' && token.literal === character;
    const to = token === 'many' ? index : index + 1;
    if (isLiteral || (typeof token === 'string' && isWild)) next[to] = Math.min(next[to] ?? start, start);
  }
  return next;
}
