import { ignorePatternMalformed } from '../../errors/context-failures.ts';
import { compileGoMatch } from './go-match.ts';
import { loadGoRegExp } from './go-regexp.ts';

/** One line of an ignore file, ready to match whole paths. */
export interface Pattern {
  /** Without the `!`. */
  readonly text: string;
  /** Written with a `!`: what it matches is not ignored after all. */
  readonly isException: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * Compiles a cleaned pattern as Docker's own matcher does (moby/patternmatcher, `Pattern.compile`), with its quirks:
 * `**` eats the slash after it, `**x` and `x/**` match as plain suffix and prefix, the syntax is checked by comparing the
 * pattern with `.`, and an invalid regular expression fails when a path is compared with it.
 * @throws DeBuildError `ignore-pattern-malformed`, and so does `matches`
 */
export async function compilePattern(text: string, isException: boolean): Promise<Pattern> {
  const written = isException ? `!${text}` : text;
  if (text === '' || compileGoMatch(text)('.') === undefined) throw ignorePatternMalformed(written);
  const [, before, after] = ONE_STAR.exec(text) ?? [];
  if (before !== undefined && after !== undefined)
    return { text, isException, matches: compileOneStar(before, after) };
  const { kind, source } = translate(text);
  const matches = kind === 'regexp' ? await compileRegExp(source, written) : compilePlain(kind, text);
  return { text, isException, matches };
}

/** A single `*`, and nothing else that is special: the most frequent kind, for which no regular expression is loaded. */
const ONE_STAR = /^([^*?|{}[\]\\^\uFEFF]*)\*([^*?|{}[\]\\^]*)$/;

function compileOneStar(before: string, after: string): Pattern['matches'] {
  return (path) =>
    path.length >= before.length + after.length &&
    path.startsWith(before) &&
    path.endsWith(after) &&
    !path.slice(before.length, path.length - after.length).includes('/');
}

function compilePlain(kind: Exclude<PatternKind, 'regexp'>, text: string): Pattern['matches'] {
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
  }
}

async function compileRegExp(source: string, written: string): Promise<Pattern['matches']> {
  const compile = await loadGoRegExp();
  try {
    return compile(source);
  } catch (error) {
    return () => {
      throw ignorePatternMalformed(written, error as Error);
    };
  }
}

type PatternKind = 'exact' | 'prefix' | 'suffix' | 'regexp';

/**
 * The kind of the pattern, and its source as a Go regular expression. As in Docker, `|`, `{` and `}` are not escaped,
 * and a byte order mark at the start is skipped.
 */
function translate(text: string): { kind: PatternKind; source: string } {
  const chars = [...text.replace(/^\uFEFF/, '')];
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
    } else if ('.+()$'.includes(char)) {
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
