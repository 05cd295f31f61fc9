import type { Finding, Place } from '../errors/finding.ts';
import {
  placeholderEmpty,
  placeholderUnknown,
  tokenAliasesDiffer,
  tokenUnused,
} from '../errors/token-findings.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { EnvEntry, EnvFile } from '../site/env-file.ts';
import { findPlaceholders } from '../site/placeholder.ts';

/** Groups of `.env` keys that name one token: any key of a group replaces the others. */
export type TokenAliases = readonly (readonly string[])[];

/** Where the values of placeholders come from. */
export interface ValueSource {
  readonly env: EnvFile | undefined;
  readonly tokenAliases: TokenAliases;
}

export interface FoundValues {
  /** By the name of the placeholder: the entry of `.env` with its own key, or with an alias of it. */
  readonly entries: ReadonlyMap<string, EnvEntry>;
  /** One for every placeholder without a value. */
  readonly findings: readonly Finding[];
}

/** The values of the placeholders of a text. */
export function findValues(text: string, { env, tokenAliases }: ValueSource, place: Place): FoundValues {
  const entries = new Map<string, EnvEntry>();
  const findings = new Map<string, Finding>();
  for (const { name } of findPlaceholders(text)) {
    const aliases = aliasesOf(name, tokenAliases);
    const [entry] = [name, ...aliases]
      .flatMap((key) => env?.entries.get(key) ?? [])
      .filter(({ value }) => value !== '');
    if (entry !== undefined) entries.set(name, entry);
    else {
      const missing = env?.entries.has(name) === true ? placeholderEmpty : placeholderUnknown;
      findings.set(name, missing(name, { source: sourceOf(env), alias: aliases[0] }, place));
    }
  }
  return { entries, findings: [...findings.values()] };
}

/** Groups of aliases whose keys have different values: nothing says which one is right. */
export function findDifferingAliases({ env, tokenAliases }: ValueSource): Finding[] {
  if (env === undefined) return [];
  return tokenAliases.flatMap((group) => {
    const set = group.flatMap((key) => env.entries.get(key) ?? []).filter(({ value }) => value !== '');
    const isSame = new Set(set.map(({ value }) => value)).size <= 1;
    if (isSame) return [];
    const keys = set.map(({ key }) => key);
    return tokenAliasesDiffer(keys, { file: env.path, ...omitUndefined({ line: set.at(-1)?.line }) });
  });
}

/**
 * Git tokens of `.env` that have a value and no use. A key counts as one when it is an alias, or when its name says
 * so: a word PAT, or a git host's name and TOKEN. Other secrets belong to the running site.
 */
export function findUnusedTokens({ env, tokenAliases }: ValueSource, used: ReadonlySet<string>): Finding[] {
  if (env === undefined) return [];
  return [...env.entries.values()]
    .filter(
      ({ key, value }) => value !== '' && (isGitToken(key) || tokenAliases.some((g) => g.includes(key))),
    )
    .filter(({ key }) => ![key, ...aliasesOf(key, tokenAliases)].some((name) => used.has(name)))
    .map(({ key, line }) => tokenUnused(key, { file: env.path, ...omitUndefined({ line }) }));
}

/** The env file, or the environment. */
export function sourceOf(env: EnvFile | undefined): string {
  return env?.path ?? 'the env file';
}

function aliasesOf(name: string, groups: TokenAliases): string[] {
  return groups
    .filter((group) => group.includes(name))
    .flatMap((group) => group.filter((key) => key !== name));
}

function isGitToken(key: string): boolean {
  return (
    /(^|_)PAT(_|$)/.test(key) || /^(GIT|GITHUB|GH|GITLAB|GITEA|FORGEJO|BITBUCKET)_(.*_)?TOKEN$/.test(key)
  );
}
