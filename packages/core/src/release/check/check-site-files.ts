import { join, posix } from 'node:path';
import { allApps } from '../../apps/all-apps.ts';
import { cacheCarriesPrivateCode, secretWeak } from '../../errors/check-findings.ts';
import { heredocCrlf, scriptCrlf } from '../../errors/containerfile-findings.ts';
import { ENVIRONMENT } from '../../errors/environment.ts';
import type { Finding } from '../../errors/finding.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import { isSshUrl } from '../../git/ssh-url.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { writeCacheEntry } from '../../site/cache-entry.ts';
import type { Dialect } from '../../site/containerfile.ts';
import type { EnvFile } from '../../site/env-file.ts';
import { findCrlfHeredoc, findCrlfScripts } from '../../site/find-crlf.ts';
import { judgeAgent } from '../../site/judge-mounts.ts';
import { SITE_CONFIG_FILE } from '../../site/read-site-config.ts';
import { envKeysOf, type SiteConfig } from '../../site/site-config.ts';
import { type CheckOutcome, findWrongSetting } from './check.ts';
import type { CheckId } from './checks.ts';

type FileCheck = Extract<CheckId, 'config' | 'env' | 'apps' | 'containerfile' | 'token'>;

/** What reading the site's files found, by the check that reports it. */
export function checkSiteFiles(
  site: OpenSite,
  { environment }: Pick<Tools, 'environment'>,
): Readonly<Record<FileCheck, CheckOutcome<never>>> {
  const { config, env, apps, containerfile, sources, weak, unknownSettings } = site;
  const found = (check: FileCheck) => site.findings.filter((finding) => checkOf(finding, site) === check);
  const names = [...new Set(weak.map(({ name }) => name))];
  const weakSecrets = names.map((name) => {
    const entry = env?.entries.get(name);
    const file = entry === undefined || env === undefined ? SITE_CONFIG_FILE : env.path;
    const isNamed = entry === undefined || envKeysOf(config.secrets).includes(name);
    return secretWeak(
      name,
      { file, ...omitUndefined({ line: entry?.line }) },
      isNamed ? undefined : config.exampleEnv,
    );
  });
  const skipped = (setting: keyof SiteConfig) =>
    omitUndefined({ skipped: findWrongSetting(site, [setting]) });
  return {
    config: {
      findings: [...found('config'), ...judgeSharedCache(site)],
      summary: unknownSettings.has('image') ? undefined : config.image,
    },
    env: { findings: found('env'), summary: env && describeEnv(env), ...skipped('env') },
    apps: { findings: found('apps'), summary: counted(apps.length, 'app'), ...skipped('apps') },
    token: checkTokens(site, weakSecrets),
    containerfile: {
      findings: [
        ...found('containerfile'),
        ...sources.buildArgFindings,
        ...(containerfile === undefined
          ? []
          : judgeAgent(containerfile, { config, agent: environment.SSH_AUTH_SOCK })),
      ],
      summary: containerfile && describeDialect(containerfile.dialect, found('containerfile')),
      ...skipped('containerfile'),
    },
  };
}

/** Without the env file nothing is known of the values of placeholders. */
function checkTokens(site: OpenSite, weakSecrets: readonly Finding[]): CheckOutcome<never> {
  const { config, env, sources } = site;
  if (env !== undefined) return { findings: [...sources.findings, ...weakSecrets], summary: sources.summary };
  const unread = findWrongSetting(site, ['env']) ?? `${config.env} was not read`;
  const known = sources.findings.filter(({ id }) => id !== 'placeholder-unknown');
  return { findings: [...known, ...weakSecrets], skipped: unread };
}

/** With `mode=max` a cache has the steps of every stage, the folder of the bench with its apps among them. */
function judgeSharedCache({ config, sources }: OpenSite): readonly Finding[] {
  const names = allApps(sources)
    .filter(({ url, credential }) => credential !== undefined || isSshUrl(url))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return config.cacheTo
    .filter(({ attributes }) => attributes.mode === 'max')
    .map((entry) => cacheCarriesPrivateCode(writeCacheEntry(entry), names, SITE_CONFIG_FILE));
}

/** Of a Windows checkout: what a shell or the kernel of the image then does not understand. */
export async function findLineEndings({
  folder,
  config,
  containerfile,
}: OpenSite): Promise<readonly Finding[]> {
  if (containerfile === undefined) return [];
  const { path: file, text } = containerfile;
  const heredoc = findCrlfHeredoc(text);
  const scripts = await findCrlfScripts(text, join(folder, config.context));
  return [
    ...(heredoc === undefined ? [] : [heredocCrlf({ file, line: heredoc })]),
    ...scripts.map(({ path, line }) => scriptCrlf(posix.join(config.context, path), { file, line })),
  ];
}

function checkOf({ file }: Finding, { config }: OpenSite): FileCheck {
  if (file === config.env || file === config.exampleEnv || file === ENVIRONMENT) return 'env';
  if (file === config.apps) return 'apps';
  return file === config.containerfile ? 'containerfile' : 'config';
}

function describeEnv({ path, entries }: EnvFile): string {
  const keys = counted(entries.size, 'key');
  return path === ENVIRONMENT ? `${keys} from ${path}: ${[...entries.keys()].join(', ')}` : keys;
}

function counted(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

function describeDialect(dialect: Dialect, findings: readonly Finding[]): string | undefined {
  if (dialect !== 'none') return `takes its apps by ${dialect}`;
  return findings.some(({ severity }) => severity === 'error') ? undefined : 'takes no apps.json';
}
