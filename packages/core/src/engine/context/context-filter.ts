import { cleanPath } from './go-path.ts';
import { createPatternMatcher, type FolderMatches, type PatternMatcher } from './pattern-matcher.ts';

/** Which entries of a context are wanted. */
export interface ContextSelection {
  /** One of these patterns must match; none means everything. */
  readonly include?: readonly string[];
  /** Patterns of an ignore file, exceptions (`!`) too. */
  readonly exclude?: readonly string[];
  /** Paths that are never wanted, even if a pattern matches; a folder includes its contents. */
  readonly neverSend?: readonly string[];
}

export interface ContextFilter {
  /**
   * @param folder the verdict on its folder; `undefined` at the top
   * @throws DeBuildError `ignore-pattern-malformed`
   */
  judge(path: string, isFolder: boolean, folder: Verdict | undefined): Verdict;
}

export interface Verdict {
  /** Whether it belongs to the context itself. A folder also does when something below it does. */
  readonly isWanted: boolean;
  /** Whether there may be something wanted below it. */
  readonly isEntered: boolean;
  readonly included?: FolderMatches | undefined;
  readonly excluded?: FolderMatches | undefined;
}

const WANTED_FILE: Verdict = { isWanted: true, isEntered: false };
const UNWANTED: Verdict = { isWanted: false, isEntered: false };

/**
 * The rules of fsutil's `NewFilterFS`: which entries are wanted, and which folders need not be entered because no
 * pattern could make anything in them wanted.
 * @throws DeBuildError `ignore-pattern-malformed`
 */
export async function createContextFilter(selection: ContextSelection): Promise<ContextFilter> {
  const include = await createUnlessEmpty(selection.include);
  const exclude = await createUnlessEmpty(selection.exclude);
  const wantedPrefixes = include && plainPrefixes(include, false);
  const rescuedPrefixes = exclude && plainPrefixes(exclude, true);
  const neverSend = new Set((selection.neverSend ?? []).map((path) => cleanPath(`/${path}`).slice(1)));

  return {
    judge(path, isFolder, folder) {
      if (neverSend.has(path)) return UNWANTED;
      const included = isFolder ? include?.createFolderMatches() : undefined;
      const excluded = isFolder ? exclude?.createFolderMatches() : undefined;
      const isIncluded = include?.matchesInside(path, folder?.included, included) ?? true;
      if (!isIncluded && (!isFolder || !mayHold(wantedPrefixes, path))) return UNWANTED;
      const isExcluded = exclude?.matchesInside(path, folder?.excluded, excluded) ?? false;
      if (isExcluded && (!isFolder || !exclude?.hasExceptions || !mayHold(rescuedPrefixes, path))) {
        return UNWANTED;
      }
      if (!isFolder) return WANTED_FILE;
      return { isWanted: isIncluded && !isExcluded, isEntered: true, included, excluded };
    },
  };
}

async function createUnlessEmpty(
  patterns: readonly string[] | undefined,
): Promise<PatternMatcher | undefined> {
  return patterns === undefined || patterns.length === 0 ? undefined : createPatternMatcher(patterns);
}

/** What the patterns begin with, each with a slash at its end; `undefined` when one could begin with anything. */
function plainPrefixes(matcher: PatternMatcher, exceptions: boolean): readonly string[] | undefined {
  const prefixes = matcher.patterns
    .filter((pattern) => pattern.isException === exceptions)
    .map((pattern) => pattern.text.replace(/\/\*\*$/, '').replace(/\/\*$/, ''));
  return prefixes.some((prefix) => /[*[\]?^\\]/.test(prefix)) ? undefined : prefixes.map((it) => `${it}/`);
}

function mayHold(prefixes: readonly string[] | undefined, folder: string): boolean {
  return prefixes === undefined || prefixes.some((prefix) => prefix.startsWith(`${folder}/`));
}
