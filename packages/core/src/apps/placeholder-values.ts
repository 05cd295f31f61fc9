import {
  type Place,
  placeholderEmpty,
  placeholderUnknown,
  tokenAliasesDiffer,
  tokenUnused,
} from '../errors/app-failures.ts';
import type { Finding } from '../errors/finding.ts';
import type { EnvEntry, EnvFile } from '../site/env-file.ts';

/** Groups of `.env` keys that name one token: any of a group stands in for the others. */
export type TokenAliases = readonly (readonly string[])[];

/** Where the values of placeholders come from. */
export interface ValueSource {
  readonly env: EnvFile | undefined;
  readonly tokenAliases: TokenAliases;
}

/** The entry of `.env` that gives a placeholder its value: its own key's, or that of an alias; or why there is none. */
export function findValue(name: string, source: ValueSource, place: Place): EnvEntry | Finding {
  const entries = source.env?.entries;
  const aliases = aliasesOf(name, source.tokenAliases);
  for (const key of [name, ...aliases]) {
    const entry = entries?.get(key);
    if (entry !== undefined && entry.value !== '') return entry;
  }
  return entries?.has(name) === true
    ? placeholderEmpty(name, place, aliases[0])
    : placeholderUnknown(name, place, aliases[0]);
}

/** Groups of aliases whose keys have different values: it cannot be told which one is right. */
export function findDifferingAliases({ env, tokenAliases }: ValueSource): Finding[] {
  if (env === undefined) return [];
  return tokenAliases.flatMap((group) => {
    const set = group.flatMap((key) => env.entries.get(key) ?? []).filter(({ value }) => value !== '');
    const isSame = new Set(set.map(({ value }) => value)).size <= 1;
    const line = set.at(-1)?.line;
    return isSame || line === undefined
      ? []
      : [
          tokenAliasesDiffer(
            set.map(({ key }) => key),
            { file: env.path, line },
          ),
        ];
  });
}

/**
 * Git tokens of `.env` that have a value and no use. A key counts as one when it is an alias, or when its name says
 * so: a word PAT, or a git host's name and TOKEN. Other secrets are the running site's affair.
 */
export function findUnusedTokens({ env, tokenAliases }: ValueSource, used: ReadonlySet<string>): Finding[] {
  if (env === undefined) return [];
  return [...env.entries.values()]
    .filter(
      ({ key, value }) => value !== '' && (isGitToken(key) || tokenAliases.some((g) => g.includes(key))),
    )
    .filter(({ key }) => ![key, ...aliasesOf(key, tokenAliases)].some((name) => used.has(name)))
    .map(({ key, line }) => tokenUnused(key, { file: env.path, line }));
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
