import { resolve } from 'node:path';
import { envExampleMissing, envKeysUnset, envMissing } from '../errors/env-findings.ts';
import { ENVIRONMENT } from '../errors/environment.ts';
import type { Finding } from '../errors/finding.ts';
import { versionMissing } from '../errors/version-findings.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { Environment } from '../process/environment.ts';
import { schemeOf } from '../version/schemes.ts';
import { type AppEntry, type AppsReading, readApps } from './apps-json.ts';
import { checkEnv } from './check-env.ts';
import { readComposeKeys, readUsedComposeFiles } from './compose-files.ts';
import { type EnvFile, MAXIMUM_ENV_BYTES, readEnv } from './env-file.ts';
import { envFromEnvironment } from './env-from-environment.ts';
import { check, type EnvType } from './env-scalar-types.ts';
import { deriveEnvSchema, type EnvSchema } from './env-schema.ts';
import { requireFolder } from './find-site.ts';
import { judgeApps } from './judge-apps.ts';
import { imageOfCompose } from './judge-compose.ts';
import { judgeMounts } from './judge-mounts.ts';
import { findPlaceholders } from './placeholder.ts';
import { type ContainerfileReading, readContainerfile } from './read-containerfile.ts';
import { readSiteConfig, SITE_CONFIG_FILE } from './read-site-config.ts';
import { readText } from './read-text.ts';
import { readSecretFiles } from './secret-files.ts';
import type { Site } from './site.ts';
import { envKeysOf, type SiteConfig } from './site-config.ts';

/**
 * Reads the files of a site, each once, and collects everything that is wrong with them.
 * @throws DeBuildError `site-not-found`, `site-unreadable`: and nothing else, whatever is in the files.
 */
export async function readSite(folder: string, environment: Environment = {}): Promise<Site> {
  const site = resolve(folder);
  await requireFolder(site);
  const { config: settings, findings: configFindings, written, unknown } = await readSiteConfig(site);
  const [apps, container, secrets] = await Promise.all([
    unknown.has('apps') ? NO_APPS : readApps(site, settings.apps),
    unknown.has('containerfile') ? NO_CONTAINERFILE : readContainerfile(site, settings.containerfile),
    readSecretFiles(site, settings),
  ]);
  const { env, findings: envFindings } = unknown.has('env')
    ? { env: undefined, findings: [] }
    : await readCheckedEnv(site, settings, { apps: apps.entries, unknown, environment });
  const composeFiles =
    env === undefined ? [] : await readUsedComposeFiles(site, env.entries.get('COMPOSE_FILE')?.value);
  // Where de-build.json names no image, it is the one that Compose would start.
  const image = env === undefined || written.has('image') ? undefined : imageOfCompose(env, composeFiles);
  const config = { ...settings, ...omitUndefined({ image }) };
  const { parsed } = container;
  const appsFindings = judgeApps(apps, { config, parsed });
  // A mount that takes the apps by another name is no secret to be named.
  const isOther = ({ id, line }: Finding) =>
    id !== 'build-secret-missing' ||
    !appsFindings.some((finding) => finding.id === 'containerfile-dialect' && finding.line === line);
  const secretFindings =
    parsed === undefined
      ? []
      : judgeMounts(parsed.containerfile, { config, env, ...secrets }).filter(isOther);
  return {
    folder: site,
    config,
    unknownSettings: unknown,
    env,
    apps: apps.entries,
    containerfile: parsed?.containerfile,
    composeFiles,
    secretFiles: secrets.files,
    findings: [
      ...configFindings,
      ...envFindings,
      ...(unknown.has('versionKey') ? [] : findVersionMissing(config, env, envFindings)),
      ...appsFindings,
      ...container.findings,
      ...secrets.findings,
      ...secretFindings,
    ],
  };
}

const NO_APPS: AppsReading = { entries: [], state: 'unknown', findings: [] };
const NO_CONTAINERFILE: ContainerfileReading = { parsed: undefined, findings: [] };

async function readCheckedEnv(
  site: string,
  config: SiteConfig,
  {
    apps,
    unknown,
    environment,
  }: {
    readonly apps: readonly AppEntry[];
    readonly unknown: Site['unknownSettings'];
    readonly environment: Environment;
  },
): Promise<{ readonly env: EnvFile | undefined; readonly findings: readonly Finding[] }> {
  const used = keysInUse(config, apps);
  const [file, example] = await Promise.all([
    readEnv(site, config.env, used),
    unknown.has('exampleEnv') ? undefined : readText(site, config.exampleEnv, MAXIMUM_ENV_BYTES),
  ]);
  const schema =
    example?.state === 'read'
      ? deriveEnvSchema(example.text, config.exampleEnv, decidedTypes(config))
      : undefined;
  const env =
    file.isMissing && schema !== undefined
      ? envFromEnvironment(keysOf(schema, config), environment)
      : file.env;
  const findings = [...file.findings];
  if (file.isMissing && env === undefined)
    findings.push(
      envMissing(
        config.env,
        `${config.versionKey}=${schemeOf(config.versionScheme).example}`,
        example?.state === 'missing' ? undefined : config.exampleEnv,
      ),
    );
  if (example?.state === 'missing') findings.push(envExampleMissing(config.exampleEnv, config.env));
  if (example?.state === 'unusable') findings.push(example.finding);
  if (env === undefined || schema === undefined) return { env: env && markSecrets(env, config), findings };
  const aliases = config.tokenAliases;
  const known = new Set([...used, ...schema.keys.keys(), ...aliases.flat()]);
  const isStrange = [...env.entries.keys()].some((key) => !known.has(key));
  const composed = isStrange
    ? await readComposeKeys(site, env.entries.get('COMPOSE_FILE')?.value)
    : new Set<string>();
  const knownKeys = new Set([...used, ...composed]);
  const checked = checkEnv(env, schema, { aliases, knownKeys });
  const isNew = (finding: Finding) =>
    !/^env-value-(?:shape|unlikely)$/.test(finding.id) || !isJudged(finding, config, findings);
  return {
    env: markSecrets({ ...env, entries: checked.entries }, config),
    findings: [
      ...findings,
      ...schema.findings,
      ...leaveOutUnset(checked.findings.filter(isNew), { env, used, example: config.exampleEnv }),
    ],
  };
}

/** In an environment, as of a CI, keys are no problem that only the running site needs. */
function leaveOutUnset(
  findings: readonly Finding[],
  {
    env,
    used,
    example,
  }: { readonly env: EnvFile; readonly used: ReadonlySet<string>; readonly example: string },
): readonly Finding[] {
  const isUnset = ({ id, subject = '' }: Finding) =>
    env.path === ENVIRONMENT && id === 'env-key-missing' && !used.has(subject);
  const unset = findings.filter(isUnset).flatMap(({ subject }) => subject ?? []);
  return [
    ...findings.filter((finding) => !isUnset(finding)),
    ...(unset.length === 0 ? [] : [envKeysUnset(unset, example)]),
  ];
}

/** The keys that may come from the environment: those of the example, and their aliases. */
function keysOf({ keys }: EnvSchema, { tokenAliases }: SiteConfig): ReadonlySet<string> {
  const aliases = tokenAliases.filter((group) => group.some((key) => keys.has(key)));
  return new Set([...keys.keys(), ...aliases.flat()]);
}

/** `versionScheme` says what the version is, whatever the example does. */
function decidedTypes({ versionKey, versionScheme }: SiteConfig): ReadonlyMap<string, EnvType> {
  if (versionScheme === 'semver') return new Map();
  const { shape, parse } = schemeOf(versionScheme);
  const said = `${shape} (\`versionScheme\` of ${SITE_CONFIG_FILE} says so, whatever the example's \`@type\`)`;
  return new Map([[versionKey, check((text) => parse(text) !== undefined, said)]]);
}

/** What is given to a build as a secret is one, whatever its name. */
function markSecrets(env: EnvFile, { secrets }: SiteConfig): EnvFile {
  const keys = new Set(envKeysOf(secrets));
  const entries = [...env.entries].map(
    ([key, entry]) => [key, keys.has(key) ? { ...entry, sensitive: true } : entry] as const,
  );
  return { ...env, entries: new Map(entries) };
}

/** `checkSiteVersion` judges the version, and the shape of a value that cannot be read does not matter. */
function isJudged(finding: Finding, config: SiteConfig, earlier: readonly Finding[]): boolean {
  return (
    finding.subject === config.versionKey ||
    earlier.some(({ id, subject }) => id === 'env-ambiguous' && subject === finding.subject)
  );
}

/** Keys whose values de-build itself uses: the version, tokens, build args, and what fills a placeholder. */
function keysInUse(config: SiteConfig, apps: readonly AppEntry[]): ReadonlySet<string> {
  const texts = [
    ...Object.values(config.buildArgs),
    ...apps.flatMap(({ url, branch }) => (branch === undefined ? [url] : [url, branch])),
  ];
  return new Set([
    config.versionKey,
    ...config.buildArgsFromEnv,
    ...config.tokenAliases.flat(),
    ...envKeysOf(config.secrets),
    ...texts.flatMap((text) => findPlaceholders(text).map((placeholder) => placeholder.name)),
  ]);
}

/** When the example requires the version, there is a finding already. */
function findVersionMissing(
  { versionKey: subject, versionScheme }: SiteConfig,
  env: EnvFile | undefined,
  others: readonly Finding[],
): Finding[] {
  const entry = env?.entries.get(subject);
  const isReported = others.some((finding) => finding.subject === subject && finding.severity === 'error');
  if (env === undefined || isReported || (entry !== undefined && entry.value !== '')) return [];
  const at = { file: env.path, ...omitUndefined({ line: entry?.line }), subject };
  return [versionMissing(at, schemeOf(versionScheme).example)];
}
