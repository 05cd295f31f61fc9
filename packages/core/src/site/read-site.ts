import { resolve } from 'node:path';
import { envExampleMissing, envMissing } from '../errors/env-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { versionMissing } from '../errors/version-findings.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { type AppEntry, readApps } from './apps-json.ts';
import { checkEnv } from './check-env.ts';
import { type EnvFile, MAXIMUM_ENV_BYTES, readEnv } from './env-file.ts';
import { deriveEnvSchema } from './env-schema.ts';
import { requireFolder } from './find-site.ts';
import { findPlaceholders } from './placeholder.ts';
import { readContainerfile } from './read-containerfile.ts';
import { readSiteConfig } from './read-site-config.ts';
import { readText } from './read-text.ts';
import type { Site } from './site.ts';
import type { SiteConfig } from './site-config.ts';

/**
 * Reads the files of a site, each once, and collects everything that is wrong with them.
 * @throws DeBuildError `site-not-found`, `site-unreadable`: and nothing else, whatever is in the files.
 */
export async function readSite(folder: string): Promise<Site> {
  const site = resolve(folder);
  await requireFolder(site);
  const { config, findings: configFindings } = await readSiteConfig(site);
  const [apps, container] = await Promise.all([
    readApps(site, config.apps),
    readContainerfile(site, config.containerfile),
  ]);
  const { env, findings: envFindings } = await readCheckedEnv(site, config, apps.entries);
  const versionFindings = findVersionMissing(config, env, envFindings);
  return {
    folder: site,
    config,
    env,
    apps: apps.entries,
    containerfile: container.containerfile,
    findings: [
      ...configFindings,
      ...envFindings,
      ...versionFindings,
      ...apps.findings,
      ...container.findings,
    ],
  };
}

async function readCheckedEnv(
  site: string,
  config: SiteConfig,
  apps: readonly AppEntry[],
): Promise<{ readonly env: EnvFile | undefined; readonly findings: readonly Finding[] }> {
  const used = keysInUse(config, apps);
  const [reading, example] = await Promise.all([
    readEnv(site, config.env, used),
    readText(site, config.exampleEnv, MAXIMUM_ENV_BYTES),
  ]);
  const findings = [...reading.findings];
  if (reading.isMissing)
    findings.push(envMissing(config.env, example.state === 'missing' ? undefined : config.exampleEnv));
  if (example.state === 'missing') findings.push(envExampleMissing(config.exampleEnv, config.env));
  if (example.state === 'unusable') findings.push(example.finding);
  if (reading.env === undefined || example.state !== 'read') return { env: reading.env, findings };
  const schema = deriveEnvSchema(example.text, config.exampleEnv);
  const checked = checkEnv(reading.env, schema, { aliases: config.tokenAliases, knownKeys: used });
  const isNew = (finding: Finding) =>
    finding.id !== 'env-value-shape' || !isJudged(finding, config, findings);
  return {
    env: { ...reading.env, entries: checked.entries },
    findings: [...findings, ...schema.findings, ...checked.findings.filter(isNew)],
  };
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
    ...texts.flatMap((text) => findPlaceholders(text).map((placeholder) => placeholder.name)),
  ]);
}

/** When the example requires the version, there is a finding already. */
function findVersionMissing(
  { versionKey: subject, env: file }: SiteConfig,
  env: EnvFile | undefined,
  others: readonly Finding[],
): Finding[] {
  const entry = env?.entries.get(subject);
  const isReported = others.some((finding) => finding.subject === subject && finding.severity === 'error');
  if (env === undefined || isReported || (entry !== undefined && entry.value !== '')) return [];
  return [versionMissing({ file, ...omitUndefined({ line: entry?.line }), subject })];
}
