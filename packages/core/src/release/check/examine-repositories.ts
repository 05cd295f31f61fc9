import type { ResolvedApp } from '../../apps/app.ts';
import { checkTokenExpiry } from '../../apps/check-token-expiry.ts';
import { takeRecordedCommits } from '../../apps/recorded-apps.ts';
import { resolveApps } from '../../apps/resolve-apps.ts';
import type { SiteSources } from '../../apps/site-sources.ts';
import { nothingRecorded } from '../../errors/check-findings.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Site } from '../../site/site.ts';
import { type CheckRun, runCheck } from './check.ts';

interface Repositories {
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
}

/** Asks every repository for its refs, side by side, with its token: one question probes it and resolves it. */
export async function examineRepositories(
  run: CheckRun,
  { config }: Site,
  {
    sources,
    tools,
    frozen,
  }: {
    readonly sources: SiteSources;
    readonly tools: Tools;
    /** Given when the commits come from a record and no host is asked. */
    readonly frozen: { readonly manifest: Manifest | undefined } | undefined;
  },
): Promise<Repositories> {
  const apps = sources.frappe === undefined ? sources.apps : [sources.frappe, ...sources.apps];
  const check = { id: 'repositories', title: 'Repositories and refs' };
  const resolved = await runCheck(run, check, async () => {
    if (apps.length === 0) return { findings: [], skipped: 'there is no repository to ask' };
    if (frozen !== undefined) {
      if (frozen.manifest === undefined) return { findings: [nothingRecorded()] };
      const { resolved, findings } = takeRecordedCommits(apps, frozen.manifest);
      const summary = `${resolved.length} of ${apps.length} as in ${frozen.manifest.siteVersion}`;
      return { value: resolved, findings, summary };
    }
    const { signal } = tools;
    const [{ resolved, findings }, expiry] = await Promise.all([
      resolveApps(apps, tools.remote(config.gitTimeoutSeconds), { signal }),
      checkTokenExpiry(apps, {
        githubApi: config.githubApi,
        warnDays: config.tokenExpiryWarningDays,
        now: tools.now(),
        signal,
      }),
    ]);
    const summary = `${resolved.length} of ${apps.length} resolved`;
    return { value: resolved, findings: [...findings, ...expiry], summary };
  });
  return {
    frappe: resolved?.find((app) => app.line === undefined),
    apps: resolved?.filter((app) => app.line !== undefined) ?? [],
  };
}
