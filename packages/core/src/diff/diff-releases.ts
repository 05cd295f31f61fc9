import { join, resolve } from 'node:path';
import semver from 'semver';
import { openHistory } from '../flow/open-history.ts';
import { readRecord } from '../flow/read-records.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { type AppChanges, readAppChanges } from '../frappe/app-changes.ts';
import { judgeDeployment } from '../frappe/judge-deployment.ts';
import type { CommitHistory } from '../git/commit-history.ts';
import { compareUrl } from '../git/compare-url.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import { packageChanges } from './package-changes.ts';
import { readPackages } from './read-packages.ts';
import { compareManifests, type MovedApp, type PackagesDiff, type ReleaseDiff } from './release-diff.ts';

export interface DiffOptions extends Omit<SiteOptions, 'remote' | 'now'> {
  /** Site version. */
  readonly from: string;
  /** Site version. Default: the newest recorded release. */
  readonly to?: string | undefined;
  /** Ask no git host for the commits between. Default: false. */
  readonly offline?: boolean;
  /** Replaces what is known of commits; default: the site's mirror, and its git hosts. */
  readonly history?: CommitHistory;
}

/**
 * Compares two recorded releases, and says what it takes to deploy the second over the first. It changes nothing. Git hosts
 * are asked only for commits that are not known from before, and a host that does not answer is no error; the engine is
 * asked only for an image whose record has no bill of materials.
 * @throws DeBuildError `manifest-not-found`, `manifest-unreadable`, `no-release-recorded`; `release-interrupted`
 */
export function diffReleases(options: DiffOptions): Promise<ReleaseDiff> {
  return withTools(options, async (tools) => {
    const site = resolve(options.site);
    const [from, to] = await Promise.all([
      readRecord({ site, release: options.from }),
      readRecord({ site, release: options.to }),
    ]);
    const { config } = await readSiteConfig(site);
    const history =
      options.history ?? (await openHistory(site, tools, { isOffline: options.offline ?? false }));
    const { added, removed, moved, same, ...rest } = compareManifests(from, to);
    const seen = await Promise.all(moved.map((app) => readMovedApp(history, app, tools.signal)));
    return {
      ...rest,
      apps: { added, removed, same, moved: seen.map(({ app }) => app) },
      packages: await comparePackages(
        { manifest: from, release: options.from },
        { manifest: to, release: options.to ?? to.siteVersion },
        { folder: join(site, config.manifests), tools },
      ),
      deployment: judgeDeployment({
        added,
        removed,
        moved: seen.map(({ changes }) => changes),
        isBackward: semver.lt(to.siteVersion, from.siteVersion),
      }),
    };
  });
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

interface NamedRecord {
  readonly manifest: Manifest;
  /** What its file is named after. */
  readonly release: string;
}

async function comparePackages(
  before: NamedRecord,
  after: NamedRecord,
  { folder, tools }: { readonly folder: string; readonly tools: Tools },
): Promise<PackagesDiff> {
  const from = await readPackages(before.manifest, { ...before, folder }, tools);
  if (from.packages === undefined) return { known: false, why: from.why };
  const to = await readPackages(after.manifest, { ...after, folder }, tools);
  if (to.packages === undefined) return { known: false, why: to.why };
  return { known: true, changes: packageChanges(from.packages, to.packages) };
}
