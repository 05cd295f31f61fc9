import type { Dialect } from '../site/containerfile.ts';
import type { ResolvedApp } from './app.ts';
import { digestCommits } from './commits-digest.ts';

export interface CacheQuestion {
  /** The apps come as sources, which are themselves part of the key. */
  readonly hasSources: boolean;
  readonly dialect: Dialect;
  /** Whether the Containerfile has `ARG CACHE_BUST`. */
  readonly declaresCacheBust: boolean;
  /** Frappe included. */
  readonly resolved: readonly ResolvedApp[];
  /** What the last release was built from, name → commit, frappe included; `undefined` without one. */
  readonly last: ReadonlyMap<string, string> | undefined;
}

export interface CacheInput {
  /** What adds the commits to the cache's key. */
  readonly input: 'sources' | 'CACHE_BUST' | 'apps-json' | 'none';
  /** To be added to the build's own. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** Why the cache is not used, when it is not. */
  readonly reason: string | undefined;
  /** Of the resolved commits. */
  readonly digest: string;
}

/**
 * Decides how a changed app invalidates the build cache. BuildKit identifies a step by its text and its build args: neither
 * the content of a secret nor the commit of a branch is part of that.
 */
export function decideCacheInput(question: CacheQuestion): CacheInput {
  const { hasSources, dialect, declaresCacheBust, resolved, last } = question;
  const digest = digestCommits(resolved);
  const cached = { noCache: false, reason: undefined, digest };
  if (hasSources) return { input: 'sources', buildArgs: {}, ...cached };
  if (declaresCacheBust) return { input: 'CACHE_BUST', buildArgs: { CACHE_BUST: digest }, ...cached };

  // In the build-arg dialect apps.json is itself a build arg; the commits are added to its entries, if it has any.
  const isCarried = dialect === 'build-arg' && resolved.some(({ name }) => name !== 'frappe');
  if (isCarried) return { input: 'apps-json', buildArgs: {}, ...cached };
  const reason = describeMoves(resolved, last);
  return { input: 'none', buildArgs: {}, noCache: reason !== undefined, reason, digest };
}

/** What moved since the last release, in a sentence; `undefined` when nothing did. */
function describeMoves(
  apps: readonly ResolvedApp[],
  last: ReadonlyMap<string, string> | undefined,
): string | undefined {
  if (apps.length === 0) return undefined;
  const because = 'and the Containerfile has no ARG CACHE_BUST to invalidate the cache';
  if (last === undefined)
    return `It is not known which commits the cache holds, as no release is recorded, ${because}.`;
  const moves = apps.flatMap(({ name, commit }) => {
    const before = last.get(name);
    if (before === commit) return [];
    return before === undefined
      ? [`${name} is new`]
      : [`${name} moved from ${short(before)} to ${short(commit)}`];
  });
  for (const name of last.keys()) if (!apps.some((app) => app.name === name)) moves.push(`${name} is gone`);
  return moves.length === 0 ? undefined : `Since the last release ${join(moves)}, ${because}.`;
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

function join(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
