import type { App, ResolvedApp } from '../apps/app.ts';
import { readSources, type SiteSources } from '../apps/site-sources.ts';
import type { Finding } from '../errors/finding.ts';
import { appsUnreadable } from '../errors/site-failures.ts';
import { historyOf } from '../flow/open-history.ts';
import { readRecords } from '../flow/read-records.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import type { CommitHistory } from '../git/commit-history.ts';
import type { GitRemote, RemoteRefs } from '../git/remote.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { CheckRun } from '../release/check/check.ts';
import { examineRepositories } from '../release/check/examine-repositories.ts';
import { readSite } from '../site/read-site.ts';
import type { Site } from '../site/site.ts';
import { describeApp, describeRemoved, hasMoved, isOutdated, type ListedApp } from './listed-app.ts';

export interface ListAppsOptions extends Omit<SiteOptions, 'engine' | 'host'> {
  /** Only apps that moved, came, went, or have a newer release tag. Default: false. */
  readonly outdated?: boolean;
  /** Replaces what is known of commits; default: the site's mirror, and its git hosts. */
  readonly history?: CommitHistory;
}

/** Where a site's apps stand against its last release. */
export interface AppsReport {
  /** Site version of that release; `null` when none is recorded. */
  readonly release: string | null;
  /** Frappe, the apps in the order of apps.json, and those that are gone. */
  readonly apps: readonly ListedApp[];
  /** How many of all apps are outdated. */
  readonly outdated: number;
  /** Hosts that could not be asked, refs that are not there. */
  readonly problems: readonly Finding[];
  /** Manifests that can't be read; the last release may be among them. */
  readonly unreadableRecords: readonly Finding[];
}

/**
 * Asks all git hosts side by side where the refs of a site's apps point now, and holds that against the last recorded
 * release. What lies between two commits is asked for only where an app moved, and kept in `.de-build`; nothing else is
 * changed. A host that can't be asked is a problem in the report, not an error.
 * @throws DeBuildError `site-not-found`; `apps-not-understood` when the site's files do not say what its apps are;
 * `manifest-folder-unreadable`; `release-interrupted`
 */
export function listApps(options: ListAppsOptions): Promise<AppsReport> {
  return withTools(options, async (tools) => {
    const site = await readSite(options.site);
    const sources = readSources(site, {});
    const history = options.history ?? historyOf({ site, sources }, tools);
    requireUnderstood(site, sources);
    const { manifests, problems } = await readRecords({ site: site.folder });
    const [last] = manifests;
    const asked = await askHosts({ site, sources }, tools);
    const recorded = appsOf(last);
    const apps = sources.frappe === undefined ? sources.apps : [sources.frappe, ...sources.apps];
    const listed = await Promise.all(
      apps.map(async (app) => {
        const resolved = asked.resolved.find(({ name, line }) => name === app.name && line === app.line);
        const released = recorded.find(({ name }) => name === app.name);
        const isMoved = hasMoved({ resolved, released });
        const range = { url: app.url, from: released?.commit ?? '', to: resolved?.commit ?? '' };
        const commits = isMoved ? await history.between(range, tools.signal) : null;
        return describeApp({ app, resolved, released, tags: asked.tagsOf(app), commits });
      }),
    );
    const gone = recorded.filter(({ name }) => !apps.some((app) => app.name === name)).map(describeRemoved);
    const all = [...listed, ...gone];
    return tools.redactor.redactValue({
      release: last?.siteVersion ?? null,
      apps: options.outdated === true ? all.filter(isOutdated) : all,
      outdated: all.filter(isOutdated).length,
      problems: asked.problems,
      unreadableRecords: problems,
    });
  });
}

/** What is wrong with other files does not matter here. */
function requireUnderstood({ config, findings }: Site, sources: SiteSources): void {
  const aboutApps = findings.filter(({ file }) => file === config.apps || file === 'de-build.json');
  const [first] = [...aboutApps, ...sources.findings].filter(({ severity }) => severity === 'error');
  if (first !== undefined) throw appsUnreadable(first);
}

async function askHosts({ site, sources }: { site: Site; sources: SiteSources }, tools: Tools) {
  const run: CheckRun = { skip: new Set(), isForgiven: () => false, emit: tools.emit, results: [] };
  const seen = new Map<string, RemoteRefs>();
  const remote = (timeoutSeconds: number) => remembering(tools.remote(timeoutSeconds), seen);
  const { frappe, apps } = await examineRepositories(run, site, {
    sources,
    tools: { ...tools, remote },
    frozen: undefined,
  });
  const resolved: readonly ResolvedApp[] = frappe === undefined ? apps : [frappe, ...apps];
  const findings = run.results.flatMap((result) => result.findings);
  return {
    resolved,
    tagsOf: ({ url }: App) => [...(seen.get(url)?.tags.keys() ?? [])],
    problems: findings.filter(({ severity }) => severity === 'error'),
  };
}

/** One question answers both where a ref points and which tags there are. */
function remembering(remote: GitRemote, seen: Map<string, RemoteRefs>): GitRemote {
  return {
    async listRefs(repository, signal) {
      const refs = await remote.listRefs(repository, signal);
      seen.set(repository.url, refs);
      return refs;
    },
  };
}

function appsOf(manifest: Manifest | undefined): Manifest['apps'] {
  if (manifest === undefined) return [];
  return manifest.frappe === null ? manifest.apps : [manifest.frappe, ...manifest.apps];
}
