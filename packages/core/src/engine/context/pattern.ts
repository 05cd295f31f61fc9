import { toRegExp } from './go-regexp.ts';

/** One line of an ignore file, ready to match whole paths. */
export interface Pattern {
  /** Without the `!`. */
  readonly text: string;
  /** Written with a `!`: what it matches is not ignored after all. */
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * Compiles a cleaned pattern as Docker's own matcher does (moby/patternmatcher, `Pattern.compile`),
 * with its quirks: `**` eats the slash after it, `**x` and `x/**` match as plain suffix and prefix.
 * @returns undefined when the pattern is malformed.
 */
export function compilePattern(text: string, isException: boolean): Pattern | undefined {
  if (!isWellFormed(text)) return undefined;
  const matches = compile(text);
  return matches === undefined ? undefined : { text, isException, matches };
}

function compile(text: string): ((path: string) => boolean) | undefined {
  const { kind, source } = translate([...text]);
  switch (kind) {
    case 'exact':
      return (path) => path === text;
    case 'prefix': {
      const prefix = text.slice(0, -2);
      return (path) => path.startsWith(prefix);
    }
    case 'suffix': {
      const suffix = text.slice(2);
      return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
    }
    case 'regexp': {
      const regExp = toRegExp(source);
      return regExp && ((path) => regExp.test(path));
    }
  }
}

type PatternKind = 'exact' | 'prefix' | 'suffix' | 'regexp';

/** The kind of the pattern, and its source as a Go regular expression. */
function translate(chars: readonly string[]): { kind: PatternKind; source: string } {
  let kind: PatternKind = 'exact';
  let source = '^';
  let at = 0;
  while (at < chars.length) {
    const start = at;
    const char = chars[at++] as string;
    if (char === '*' && chars[at] === '*') {
      at++;
      if (chars[at] === '/') at++;
      if (at < chars.length) {
        source += '(.*/)?';
        kind = 'regexp';
      } else if (kind === 'exact') {
        kind = 'prefix';
      } else {
        source += '.*';
        kind = 'regexp';
      }
      if (start === 0) kind = 'suffix';
    } else if (char === '*' || char === '?') {
      source += char === '*' ? '[^/]*' : '[^/]';
      kind = 'regexp';
    } else if ('.+()|{}$'.includes(char)) {
      source += `\\${char}`;
    } else if (char === '\\') {
      source += `\\${chars[at++] ?? ''}`;
      kind = 'regexp';
    } else {
      source += char;
      if (char === '[' || char === ']') kind = 'regexp';
    }
  }
  return { kind, source: `${source}$` };
}

/** Whether Go's `filepath.Match` accepts the pattern, which is what Docker checks first. */
function isWellFormed(text: string): boolean {
  const chars = [...text];
  let at = 0;
  const takeOne = (): boolean => {
    if (at >= chars.length || chars[at] === '-' || chars[at] === ']') return false;
    if (chars[at] === '\\' && ++at >= chars.length) return false;
    at++;
    return at < chars.length;
  };
  while (at < chars.length) {
    const char = chars[at++];
    if (char === '\\' && at++ >= chars.length) return false;
    if (char !== '[') continue;
    if (chars[at] === '^') at++;
    for (let ranges = 0; chars[at] !== ']' || ranges === 0; ranges++) {
      if (!takeOne()) return false;
      if (chars[at] !== '-') continue;
      at++;
      if (!takeOne()) return false;
    }
    at++;
  }
  return true;
}
