import { cleanPath, trimSpace } from './go-path.ts';
import { compilePattern, type Pattern } from './pattern.ts';

/** Which patterns matched a folder; its entries are judged faster with it. */
export type FolderMatches = Uint8Array;

/** Matches paths against a list of patterns as Docker does: the last pattern that matches decides. */
export interface PatternMatcher {
  readonly patterns: readonly Pattern[];
  readonly hasExceptions: boolean;
  /**
   * Whether the path, or a folder above it, is matched. `folder` holds what matched the path's folder, in a walk that
   * comes from above; what matches the path itself is written into `own`, made with `createFolderMatches`.
   * @throws DeBuildError `ignore-pattern-malformed`
   */
  matchesInside(path: string, folder?: FolderMatches, own?: FolderMatches): boolean;
  createFolderMatches(): FolderMatches;
}

/**
 * The semantics of moby/patternmatcher (`MatchesUsingParentResults`) on paths with forward slashes.
 * @throws DeBuildError `ignore-pattern-malformed`
 */
export async function createPatternMatcher(lines: readonly string[]): Promise<PatternMatcher> {
  const patterns = await Promise.all(lines.flatMap((line) => readPattern(line) ?? []));
  return {
    patterns,
    hasExceptions: patterns.some((pattern) => pattern.isException),
    matchesInside: (path, folder, own) => matchesInside(patterns, path, folder, own),
    createFolderMatches: () => new Uint8Array(patterns.length),
  };
}

function readPattern(line: string): Promise<Pattern> | undefined {
  const trimmed = trimSpace(line);
  if (trimmed === '') return undefined;
  const cleaned = cleanPath(trimmed);
  const isException = cleaned.startsWith('!');
  return compilePattern(isException ? cleaned.slice(1) : cleaned, isException);
}

function matchesInside(
  patterns: readonly Pattern[],
  path: string,
  folder: FolderMatches | undefined,
  own: FolderMatches | undefined,
): boolean {
  let isMatched = false;
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index] as Pattern;
    if (folder?.[index] !== 1) {
      if (pattern.isException !== isMatched) continue;
      const matches = folder === undefined ? matchesItOrAbove(pattern, path) : pattern.matches(path);
      if (!matches) continue;
    }
    if (own !== undefined) own[index] = 1;
    isMatched = !pattern.isException;
  }
  return isMatched;
}

function matchesItOrAbove(pattern: Pattern, path: string): boolean {
  if (pattern.matches(path)) return true;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    if (pattern.matches(path.slice(0, slash))) return true;
  }
  return false;
}
