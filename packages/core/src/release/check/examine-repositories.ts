import type { App, ResolvedApp } from '../../apps/app.ts';
import { resolveApps } from '../../apps/resolve-apps.ts';
import type { SiteSources } from '../../apps/site-sources.ts';
import type { Place } from '../../errors/app-failures.ts';
import { appNotRecorded, nothingRecorded } from '../../errors/check-findings.ts';
import type { Finding } from '../../errors/finding.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Credential } from '../../git/remote.ts';
import { judgeTokenExpiry, readTokenExpiry } from '../../git/token-expiry.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Site } from '../../site/site.ts';
import { type CheckOutcome, type CheckRun, runCheck } from './check.ts';

interface Repositories {
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
}

/** Asks every repository for its refs, side by side, with its token: one question probes it and resolves it. */
export async function examineRepositories(
  run: CheckRun,
  site: Site,
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
    if (frozen !== undefined)
      return takeRecorded(apps, frozen.manifest, (app) => placeOf(site, sources, app));
    const [answers, expiry] = await Promise.all([
      resolveApps(apps, tools.remote(site.config.gitTimeoutSeconds), {
        signal: tools.signal,
        placeOf: (app) => placeOf(site, sources, app),
      }),
      checkTokenExpiry(apps, site, tools),
    ]);
    return {
      value: answers.resolved,
      findings: [...answers.findings, ...expiry],
      summary: `${answers.resolved.length} of ${apps.length} resolved`,
    };
  });
  return {
    frappe: resolved?.find((app) => app.line === undefined),
    apps: resolved?.filter((app) => app.line !== undefined) ?? [],
  };
}

/** `--frozen`: every app at the commit of the newest record. */
function takeRecorded(
  apps: readonly App[],
  manifest: Manifest | undefined,
  place: (app: App) => Place,
): CheckOutcome<readonly ResolvedApp[]> {
  if (manifest === undefined) return { findings: [nothingRecorded()] };
  const recorded = manifest.frappe === null ? manifest.apps : [manifest.frappe, ...manifest.apps];
  const findings: Finding[] = [];
  const resolved = apps.flatMap((app): ResolvedApp[] => {
    const found = recorded.find(({ name, url }) => name === app.name && url === app.url);
    if (found === undefined) {
      findings.push(appNotRecorded(app.name, manifest.siteVersion, place(app)));
      return [];
    }
    const { ref, commit, kind, tagObject } = found;
    return [{ ...app, ref, commit, kind, ...(tagObject === undefined ? {} : { tagObject }) }];
  });
  return {
    value: resolved,
    findings,
    summary: `${resolved.length} of ${apps.length} as in ${manifest.siteVersion}`,
  };
}

/** Each token is looked at once, on behalf of the first app that uses it. */
async function checkTokenExpiry(apps: readonly App[], site: Site, tools: Tools): Promise<Finding[]> {
  const first = new Map<string, { url: string; credential: Credential }>();
  for (const { url, credential } of apps) {
    if (credential === undefined || first.has(credential.password.name)) continue;
    first.set(credential.password.name, { url, credential });
  }
  const found = await Promise.all(
    [...first].map(async ([token, repository]) => {
      const expiry = await readTokenExpiry(repository, {
        githubApi: site.config.githubApi,
        signal: tools.signal,
      });
      if (expiry === undefined) return undefined;
      return judgeTokenExpiry(expiry, token, {
        now: tools.now(),
        warnDays: site.config.tokenExpiryWarningDays,
      });
    }),
  );
  return found.filter((finding) => finding !== undefined);
}

function placeOf(site: Site, sources: SiteSources, app: App): Place {
  if (app.line !== undefined) return { file: site.config.apps, line: app.line };
  const source = sources.buildArgs.find(({ name }) => name === 'FRAPPE_BRANCH')?.source;
  if (source === 'containerfile') return { file: site.config.containerfile };
  if (source !== 'env') return { file: 'de-build.json' };
  const line = site.env?.entries.get('FRAPPE_BRANCH')?.line;
  return { file: site.config.env, ...(line === undefined ? {} : { line }) };
}
