import { allApps, recordedApps } from '../apps/all-apps.ts';
import type { App, ResolvedApp } from '../apps/app.ts';
import { placeOf, type ResolvedRepository, repositoryName } from '../apps/repository.ts';
import type { Finding } from '../errors/finding.ts';
import { appsUnreadable } from '../errors/site-failures.ts';
import { inspectSite } from '../flow/change-site.ts';
import { openHistory } from '../flow/open-history.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import type { CommitHistory } from '../git/commit-history.ts';
import type { GitRemote, RemoteRefs } from '../git/remote.ts';
import { readManifests } from '../manifests/manifest-store.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { checkRepositories } from '../release/check/check-repositories.ts';
import { isOutdatedBase, type ListedBase, listBaseImages } from './list-base-images.ts';
import { describeApp, describeRemoved, hasMoved, isOutdated, type ListedApp } from './listed-app.ts';

export interface ListAppsOptions extends SiteOptions {
  /** Only apps and base images that moved, are new or removed, and apps with a newer release tag. Default: false. */
  readonly outdated?: boolean;
  /** Replaces the known commits; default: the site's mirror, and its git hosts. */
  readonly history?: CommitHistory;
}

/** A site's apps compared with its last release. */
export interface AppsReport {
  /** Site version of that release; `null` when none is recorded. */
  readonly release: string | null;
  /** Frappe, the apps in the order of apps.json, and those that were removed. */
  readonly apps: readonly ListedApp[];
  /** How many of all apps are outdated. */
  readonly outdated: number;
  /** What the Containerfile is based on, compared with the last release. */
  readonly baseImages: readonly ListedBase[];
  /** How many of all base images are outdated. */
  readonly outdatedBaseImages: number;
  /** Hosts that could not be queried, refs that do not exist. */
  readonly problems: readonly Finding[];
  /** Manifests that can't be read; the last release may be among them. */
  readonly unreadableRecords: readonly Finding[];
}

const APPS: Flow = { name: 'apps', stages: [], unchanged: 'It changes nothing.' };

/**
 * Queries all git hosts in parallel for the refs of a site's apps, and compares them with the last recorded release.
 * The commits between are fetched only for apps that moved, and kept in `.de-build`; nothing else is changed. A host that
 * cannot be queried is a problem in the report, not an error; a base image of which nothing could be learned is unknown.
 * @throws DeBuildError `site-not-found`, `not-a-site`; `apps-not-understood` when the site's files do not say what its apps
 * are; `manifest-folder-unreadable`, `release-interrupted`
 */
export function listApps(options: ListAppsOptions): Promise<AppsReport> {
  return inspectSite(options, { flow: APPS, what: 'apps' }, (site, tools) => list(site, options, tools));
}

async function list(site: OpenSite, options: ListAppsOptions, tools: Tools): Promise<AppsReport> {
  requireParsed(site);
  const scheme = site.config.versionScheme;
  const history = options.history ?? openHistory(site, tools);
  const { manifests, problems } = await readManifests(site.records, scheme);
  const [last] = manifests;
  const recorded = last === undefined ? [] : recordedApps(last);
  const [asked, bases] = await Promise.all([askHosts(site, tools), listBaseImages(site, last, tools)]);
  const apps = [...allApps(site.sources), ...clonedApps(site)];
  const listed = await Promise.all(
    apps.map(async (app) => {
      const resolved = asked.resolved.find(({ name, line }) => name === app.name && line === app.line);
      const released = recorded.find(({ name }) => name === app.name);
      const range = { url: app.url, from: released?.commit ?? '', to: resolved?.commit ?? '' };
      const commits = hasMoved({ resolved, released }) ? await history.between(range, tools.signal) : null;
      return describeApp({ app, resolved, released, tags: asked.tagsOf(app), commits, scheme });
    }),
  );
  const removed = recorded.filter(({ name }) => !apps.some((app) => app.name === name)).map(describeRemoved);
  const all = [...listed, ...removed];
  const outdated = all.filter(isOutdated);
  const outdatedBases = bases.filter(isOutdatedBase);
  return {
    release: last?.siteVersion ?? null,
    apps: options.outdated === true ? outdated : all,
    outdated: outdated.length,
    baseImages: options.outdated === true ? outdatedBases : bases,
    outdatedBaseImages: outdatedBases.length,
    problems: asked.problems,
    unreadableRecords: problems,
  };
}

/** Problems in other files don't matter here. */
function requireParsed({ config, findings, sources }: OpenSite): void {
  const aboutApps = findings.filter(({ file }) => file === config.apps || file === 'de-build.json');
  const [first] = [...aboutApps, ...sources.findings].filter(({ severity }) => severity === 'error');
  if (first !== undefined) throw appsUnreadable(first);
}

/** Those that the Containerfile gets with bench. */
function clonedApps({ sources, config }: Pick<OpenSite, 'sources' | 'config'>): readonly App[] {
  const names = new Set(allApps(sources).map(({ name }) => name));
  return sources.repositories.flatMap((found) => {
    const { url, by, ref, line } = found;
    const name = repositoryName(url);
    if (by !== 'bench get-app' || ref === 'unknown' || names.has(name)) return [];
    names.add(name);
    const place = placeOf(config.containerfile, found);
    return [{ name, url, ref: ref === 'default' ? undefined : ref.name, credential: undefined, line, place }];
  });
}

function appFrom({ kind, by, url, line, ...resolved }: ResolvedRepository): readonly ResolvedApp[] {
  if (kind === 'commit' || by !== 'bench get-app') return [];
  const { ref, commit, credential, tagObject } = resolved;
  const app = { name: repositoryName(url), url, ref, commit, kind, credential, line, place: { file: '' } };
  return [{ ...app, ...omitUndefined({ tagObject }) }];
}

async function askHosts(site: OpenSite, tools: Tools) {
  const seen = new Map<string, RemoteRefs>();
  const remote = (timeoutSeconds: number) => remembering(tools.remote(timeoutSeconds), seen);
  const delivery = 'auto';
  const { value, findings } = await checkRepositories(site, { delivery }, { ...tools, remote });
  return {
    resolved: value === undefined ? [] : [...allApps(value), ...value.repositories.pinned.flatMap(appFrom)],
    tagsOf: ({ url }: App) => [...(seen.get(url)?.tags.keys() ?? [])],
    problems: findings.filter(({ severity }) => severity === 'error'),
  };
}

/** One request to a host returns both where a ref points and which tags exist. */
function remembering(remote: GitRemote, seen: Map<string, RemoteRefs>): GitRemote {
  return {
    async listRefs(repository, signal) {
      const refs = await remote.listRefs(repository, signal);
      seen.set(repository.url, refs);
      return refs;
    },
  };
}
