import { inspectSite } from '../flow/change-site.ts';
import { openHistory } from '../flow/open-history.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { findRecord } from '../flow/read-records.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { type AppChanges, readAppChanges } from '../frappe/app-changes.ts';
import { judgeDeployment } from '../frappe/judge-deployment.ts';
import type { CommitHistory } from '../git/commit-history.ts';
import { compareUrl } from '../git/compare-url.ts';
import { isHigher } from '../version/schemes.ts';
import { packageChanges } from './package-changes.ts';
import { readPackages } from './read-packages.ts';
import { compareManifests, type MovedApp, type PackagesDiff, type ReleaseDiff } from './release-diff.ts';

export interface DiffOptions extends SiteOptions {
  /** Site version. */
  readonly from: string;
  /** Site version. Default: the newest recorded release. */
  readonly to?: string | undefined;
  /** Query no git host for the commits between. Default: false. */
  readonly offline?: boolean;
  /** Replaces the known commits; default: the site's mirror, and its git hosts. */
  readonly history?: CommitHistory;
}

const DIFF: Flow = { name: 'diff', stages: [], unchanged: 'It changes nothing.' };

/**
 * Compares two recorded releases, and says what deploying the second over the first requires. It changes nothing. Git hosts
 * are queried only for commits that are not known yet, and a host that does not answer is not an error; the engine only
 * for an image whose record has no bill of materials.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`, `release-interrupted`
 */
export function diffReleases(options: DiffOptions): Promise<ReleaseDiff> {
  const what = ['diff', options.from, options.to].filter((word) => word !== undefined).join(' ');
  return inspectSite(options, { flow: DIFF, what }, (site, tools) => diff(site, options, tools));
}

async function diff(site: OpenSite, options: DiffOptions, tools: Tools): Promise<ReleaseDiff> {
  const [from, to] = await Promise.all([findRecord(site, options.from), findRecord(site, options.to)]);
  const history = options.history ?? openHistory(site, tools, { isOffline: options.offline ?? false });
  const { added, removed, moved, same, ...rest } = compareManifests(from, to);
  const seen = await Promise.all(moved.map((app) => readMovedApp(history, app, tools.signal)));
  return {
    ...rest,
    apps: { added, removed, same, moved: seen.map(({ app }) => app) },
    packages: await comparePackages(
      { site, manifest: from, name: options.from },
      { site, manifest: to, name: options.to ?? to.siteVersion },
      tools,
    ),
    deployment: judgeDeployment({
      added,
      removed,
      moved: seen.map(({ changes }) => changes),
      isBackward: isHigher(from.siteVersion, to.siteVersion, site.config.versionScheme),
    }),
  };
}

async function readMovedApp(
  history: CommitHistory,
  moved: Pick<MovedApp, 'name' | 'from' | 'to'>,
  signal: AbortSignal,
): Promise<{ readonly app: MovedApp; readonly changes: AppChanges }> {
  const { from, to } = moved;
  const range = { url: to.url, from: from.commit, to: to.commit };
  const [commits, changes] = await Promise.all([
    history.between(range, signal),
    readAppChanges(history, moved, signal),
  ]);
  const address = from.url === to.url ? compareUrl(to.url, from.commit, to.commit) : undefined;
  const changedFiles = changes.changedFiles ?? null;
  return { app: { ...moved, compareUrl: address ?? null, commits, changedFiles }, changes };
}

async function comparePackages(
  before: RecordedRelease,
  after: RecordedRelease,
  tools: Tools,
): Promise<PackagesDiff> {
  const from = await readPackages(before, tools);
  if (from.packages === undefined) return { known: false, why: from.why };
  const to = await readPackages(after, tools);
  if (to.packages === undefined) return { known: false, why: to.why };
  return { known: true, changes: packageChanges(from.packages, to.packages) };
}
