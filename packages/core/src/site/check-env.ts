import type { Finding } from '../errors/finding.ts';
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
 * An unknown key is a warning, for `.env` may hold what only the server knows of; it is an error when it looks like
 * a mistyped key that is missing. Keys that begin with `COMPOSE_` are Compose's own.
 */
export function checkEnv(
  env: EnvFile,
  example: EnvSchema,
  expectations: EnvExpectations = NOTHING,
): CheckedEnv {
  const values = Object.fromEntries([...env.entries.values()].map(({ key, value }) => [key, value]));
  const result = example.schema.safeParse(values);
  const wrong = new Set(result.success ? [] : result.error.issues.map((issue) => String(issue.path[0])));
  const satisfied = satisfiedByAlias(env, expectations.aliases);
  const unknown = [...env.entries.keys()].filter((key) => !isKnown(key, example, expectations));
  const findings: Finding[] = [];
  for (const key of wrong) {
    const expected = example.keys.get(key);
    if (expected !== undefined && !satisfied.has(key)) findings.push(describeWrong(env, expected, unknown));
  }
  const missing = [...wrong].filter((key) => !env.entries.has(key) && !satisfied.has(key));
  for (const key of unknown) findings.push(describeUnknown(env, key, { missing, example }));
  return { findings, entries: markSensitive(env, example, expectations.aliases) };
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
    const said = example.keys.get(entry.key)?.sensitive ?? entry.sensitive;
    return [entry.key, { ...entry, sensitive: said || isAliasOfSecret }];
  });
  return new Map(marked);
}

function describeWrong(env: EnvFile, expected: ExampleKey, unknown: readonly string[]): Finding {
  const { key } = expected;
  const entry = env.entries.get(key);
  if (entry === undefined) return describeMissing(env, expected, unknown);
  const place = { file: env.path, line: entry.line, subject: key };
  const shape = expected.type?.shape;
  if (entry.value === '') {
    return {
      id: 'env-value-empty',
      severity: 'error',
      what: `${key} in ${env.path} is empty.`,
      why: `The example needs a value here (line ${expected.line})${shape === undefined ? '' : `: ${shape}`}.`,
      fix: `Give ${key} a value.`,
      ...place,
    };
  }
  return {
    id: 'env-value-shape',
    severity: 'error',
    what: `${key} in ${env.path} has a value of the wrong shape.`,
    why: `By the example (line ${expected.line}) it must be ${shape ?? 'a text'}.`,
    fix: `Correct the value; or, if it is right, say what it is in the example with a comment above the key: # @type=string`,
    ...place,
  };
}

function describeMissing(env: EnvFile, expected: ExampleKey, unknown: readonly string[]): Finding {
  const { key } = expected;
  const mistyped = nearestName(key, unknown);
  const line = mistyped === undefined ? undefined : env.entries.get(mistyped)?.line;
  return {
    id: 'env-key-missing',
    severity: 'error',
    what: `${key} is missing from ${env.path}.`,
    why: `The example has it (line ${expected.line}).`,
    fix:
      mistyped === undefined
        ? `Add a line \`${key}=\` to ${env.path}${expected.needsValue ? ', with its value' : ''}.`
        : `Rename ${mistyped}${line === undefined ? '' : ` in line ${line}`} if that is what it should be, or add ${key}.`,
    file: env.path,
    subject: key,
  };
}

function describeUnknown(
  env: EnvFile,
  key: string,
  { missing, example }: { readonly missing: readonly string[]; readonly example: EnvSchema },
): Finding {
  const meant = nearestName(key, missing);
  const near = meant ?? nearestName(key, example.keys.keys());
  const line = env.entries.get(key)?.line;
  return {
    id: 'env-key-unknown',
    severity: meant === undefined ? 'warning' : 'error',
    what: `${key} in ${env.path} is not in ${example.path}.`,
    why:
      meant === undefined
        ? 'Nothing says what it is for; it may be mistyped, or left over.'
        : `It looks like ${meant}, which is missing.`,
    fix:
      near === undefined
        ? `Add it to ${example.path}, or remove it.`
        : `Write ${near} if that is meant; else add it to ${example.path}, or remove it.`,
    file: env.path,
    ...(line === undefined ? {} : { line }),
    subject: key,
  };
}
