import { allApps } from '../../apps/all-apps.ts';
import type { ResolvedApp } from '../../apps/app.ts';
import { checkTokenExpiry } from '../../apps/check-token-expiry.ts';
import { takeRecordedCommits } from '../../apps/recorded-apps.ts';
import { resolveApps } from '../../apps/resolve-apps.ts';
import { nothingRecorded } from '../../errors/check-findings.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { CheckOutcome } from './check.ts';

export interface SiteApps {
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
}

/** Every repository must answer, with its token, and know the ref of its app: one request to each, in parallel. */
export async function checkRepositories(
  { sources, config }: Pick<OpenSite, 'sources' | 'config'>,
  tools: Pick<Tools, 'remote' | 'signal' | 'now'>,
): Promise<CheckOutcome<SiteApps>> {
  const apps = allApps(sources);
  if (apps.length === 0) return NOTHING_TO_ASK;
  const { githubApi, tokenExpiryWarningDays: warnDays, gitTimeoutSeconds } = config;
  const { signal } = tools;
  const [{ resolved, findings }, expiry] = await Promise.all([
    resolveApps(apps, tools.remote(gitTimeoutSeconds), { signal }),
    checkTokenExpiry(apps, { githubApi, warnDays, now: tools.now(), signal }),
  ]);
  const summary = `${resolved.length} of ${apps.length} resolved`;
  return { value: splitFrappe(resolved), findings: [...findings, ...expiry], summary };
}

/** `--frozen`: every app must have a commit in the newest record; no host is queried. */
export function checkRecordedCommits(
  { sources }: Pick<OpenSite, 'sources'>,
  manifest: Manifest | undefined,
): CheckOutcome<SiteApps> {
  const apps = allApps(sources);
  if (apps.length === 0) return NOTHING_TO_ASK;
  if (manifest === undefined) return { findings: [nothingRecorded()] };
  const { resolved, findings } = takeRecordedCommits(apps, manifest);
  const summary = `${resolved.length} of ${apps.length} as in ${manifest.siteVersion}`;
  return { value: splitFrappe(resolved), findings, summary };
}

const NOTHING_TO_ASK = {
  value: { frappe: undefined, apps: [] },
  findings: [],
  skipped: 'there is no repository to ask',
};

function splitFrappe(resolved: readonly ResolvedApp[]): SiteApps {
  return {
    frappe: resolved.find((app) => app.line === undefined),
    apps: resolved.filter((app) => app.line !== undefined),
  };
}
