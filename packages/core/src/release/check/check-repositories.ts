import { allApps } from '../../apps/all-apps.ts';
import type { ResolvedApp } from '../../apps/app.ts';
import { checkTokenExpiry } from '../../apps/check-token-expiry.ts';
import { takeRecordedCommits } from '../../apps/recorded-apps.ts';
import { takeRecordedRepositories } from '../../apps/recorded-repositories.ts';
import { type ClonedRepositories, NO_REPOSITORIES, placeOf, unpinnedOf } from '../../apps/repository.ts';
import { resolveApps } from '../../apps/resolve-apps.ts';
import { resolveRepositories } from '../../apps/resolve-repositories.ts';
import { tokenHolders } from '../../apps/site-sources.ts';
import { nothingRecorded } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import { repositoryNotPinned } from '../../errors/repository-findings.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { CheckOutcome } from './check.ts';

export interface SiteApps {
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
  /** What the Containerfile clones by itself. */
  readonly repositories: ClonedRepositories;
}

type AskedSite = Pick<OpenSite, 'sources' | 'config'>;

/**
 * Every repository must answer, with its token, and know the ref of its app: one request to each, in parallel. What the
 * Containerfile clones may stay unanswered where the build can have an access of its own.
 */
export async function checkRepositories(
  site: AskedSite,
  { delivery }: { readonly delivery: SiteConfig['tokenDelivery'] },
  tools: Pick<Tools, 'remote' | 'signal' | 'now'>,
): Promise<CheckOutcome<SiteApps>> {
  const { sources, config } = site;
  const apps = allApps(sources);
  const found = sources.repositories;
  if (apps.length + found.length === 0) return NOTHING_TO_ASK;
  const { githubApi, tokenExpiryWarningDays: warnDays, gitTimeoutSeconds } = config;
  const { signal } = tools;
  const remote = tools.remote(gitTimeoutSeconds);
  const [{ resolved, findings }, expiry] = await Promise.all([
    resolveApps(apps, remote, { signal, scheme: config.versionScheme }),
    checkTokenExpiry(apps, { githubApi, warnDays, now: tools.now(), signal }),
  ]);
  const holders = tokenHolders(sources);
  const question = { found, holders, resolvedApps: resolved, file: config.containerfile };
  const cloned =
    delivery === 'inject' ? leftToBuild(site) : await resolveRepositories(question, remote, { signal });
  const done = resolved.length + cloned.pinned.length;
  return {
    value: { ...splitFrappe(resolved), repositories: clonedOf(cloned) },
    findings: [...findings, ...cloned.findings, ...expiry],
    summary: `${done} of ${apps.length + found.length} resolved`,
  };
}

/** `--frozen`: every app must have a commit in the newest record; no host is queried. */
export function checkRecordedCommits(
  { sources, config }: AskedSite,
  manifest: Manifest | undefined,
): CheckOutcome<SiteApps> {
  const apps = allApps(sources);
  const found = sources.repositories;
  if (apps.length + found.length === 0) return NOTHING_TO_ASK;
  if (manifest === undefined) return { findings: [nothingRecorded()] };
  const { resolved, findings } = takeRecordedCommits(apps, manifest);
  const cloned = takeRecordedRepositories(found, {
    manifest,
    holders: tokenHolders(sources),
    file: config.containerfile,
  });
  const done = resolved.length + cloned.pinned.length;
  return {
    value: { ...splitFrappe(resolved), repositories: clonedOf(cloned) },
    findings: [...findings, ...cloned.findings],
    summary: `${done} of ${apps.length + found.length} as in ${manifest.siteVersion}`,
  };
}

const NOTHING_TO_ASK = {
  value: { frappe: undefined, apps: [], repositories: NO_REPOSITORIES },
  findings: [],
  skipped: 'there is no repository to ask',
};

function leftToBuild({ sources, config }: AskedSite): ClonedRepositories & { readonly findings: Finding[] } {
  const found = sources.repositories;
  return {
    pinned: [],
    unpinned: found.map(unpinnedOf),
    findings: found
      .filter(({ by }) => by !== 'checkout')
      .map((each) =>
        repositoryNotPinned(
          { url: each.url, place: placeOf(config.containerfile, each) },
          { kind: 'inject' },
        ),
      ),
  };
}

function clonedOf({ pinned, unpinned }: ClonedRepositories): ClonedRepositories {
  return { pinned, unpinned };
}

function splitFrappe(resolved: readonly ResolvedApp[]): Pick<SiteApps, 'frappe' | 'apps'> {
  return {
    frappe: resolved.find((app) => app.line === undefined),
    apps: resolved.filter((app) => app.line !== undefined),
  };
}
