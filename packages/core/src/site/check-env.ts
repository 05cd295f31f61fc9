import {
  envKeyMissing,
  envKeyUnknown,
  envValueEmpty,
  envValueShape,
  envValueUnlikely,
} from '../errors/env-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { EnvEntry, EnvFile } from './env-file.ts';
import type { EnvSchema, ExampleKey } from './env-schema.ts';
import { nearestName } from './nearest-name.ts';

export interface EnvExpectations {
  /** Groups of keys of which any satisfies the others. */
  readonly aliases: readonly (readonly string[])[];
  /** Keys that de-build or apps.json know, whether the example has them or not. */
  readonly knownKeys: ReadonlySet<string>;
}

export interface CheckedEnv {
  readonly findings: readonly Finding[];
  /** The entries, each sensitive if its name or the example says so. */
  readonly entries: ReadonlyMap<string, EnvEntry>;
}

const NOTHING: EnvExpectations = { aliases: [], knownKeys: new Set() };

/**
 * Checks an env file against its example: keys missing, keys unknown, values empty or of the wrong shape.
 * An unknown key is a warning, because `.env` may have the server's own keys; it is an error when it looks like
 * a mistyped key that is missing. Keys that begin with `COMPOSE_` are Compose's own.
 */
export function checkEnv(
  env: EnvFile,
  example: EnvSchema,
  expectations: EnvExpectations = NOTHING,
): CheckedEnv {
  const { aliases } = expectations;
  const values = Object.fromEntries([...env.entries.values()].map(({ key, value }) => [key, value]));
  const result = example.schema.safeParse(values);
  const satisfied = satisfiedByAlias(env, aliases);
  const wrong = [...new Set(result.error?.issues.map((issue) => String(issue.path[0])))]
    .filter((key) => !satisfied.has(key))
    .flatMap((key) => example.keys.get(key) ?? []);
  const missing = wrong.map(({ key }) => key).filter((key) => !env.entries.has(key));
  const unknown = [...env.entries.values()].filter(({ key }) => !isKnown(key, example, expectations));
  const findings = [
    ...wrong.map((expected) => describeWrong(env, expected, { example, unknown })),
    ...unknown.map(({ key, line }) => {
      const near = nearestName(key, missing);
      const meant = near ?? nearestName(key, example.keys.keys());
      const at = { file: env.path, ...omitUndefined({ line }), subject: key };
      return envKeyUnknown(at, example.path, { meant, isMissing: near !== undefined });
    }),
  ];
  return { findings, entries: markSensitive(env, example, aliases) };
}

function satisfiedByAlias(env: EnvFile, aliases: EnvExpectations['aliases']): ReadonlySet<string> {
  const hasValue = (key: string) => (env.entries.get(key)?.value ?? '') !== '';
  return new Set(
    aliases.filter((group) => group.some(hasValue)).flatMap((group) => group.filter((key) => !hasValue(key))),
  );
}

function isKnown(key: string, example: EnvSchema, { aliases, knownKeys }: EnvExpectations): boolean {
  if (example.keys.has(key) || knownKeys.has(key) || key.startsWith('COMPOSE_')) return true;
  return aliases.some((group) => group.includes(key));
}

/** An alias of a secret is a secret. */
function markSensitive(
  env: EnvFile,
  example: EnvSchema,
  aliases: EnvExpectations['aliases'],
): ReadonlyMap<string, EnvEntry> {
  const marked = [...env.entries.values()].map((entry): [string, EnvEntry] => {
    const group = aliases.find((each) => each.includes(entry.key)) ?? [];
    const isAliasOfSecret = group.some((key) => example.keys.get(key)?.sensitive === true);
    const said = example.keys.get(entry.key);
    const isSecret = said?.isPublic === true ? false : said?.sensitive === true || entry.sensitive;
    return [entry.key, { ...entry, sensitive: isSecret || isAliasOfSecret }];
  });
  return new Map(marked);
}

function describeWrong(
  env: EnvFile,
  { key: subject, line, type, isGuessed, needsValue }: ExampleKey,
  { example, unknown }: { readonly example: EnvSchema; readonly unknown: readonly EnvEntry[] },
): Finding {
  const entry = env.entries.get(subject);
  const at = { file: env.path, ...omitUndefined({ line: entry?.line }), subject };
  const expected = { example: { file: example.path, line }, shape: type?.shape };
  if (entry?.value === '') return envValueEmpty(at, expected);
  if (entry !== undefined) return (isGuessed ? envValueUnlikely : envValueShape)(at, expected);
  const names = unknown.map(({ key }) => key);
  const mistyped = env.entries.get(nearestName(subject, names) ?? '');
  return envKeyMissing(at, { ...expected, needsValue }, mistyped);
}
