import { join, resolve } from 'node:path';
import semver from 'semver';
import { type CommitHistory, mirrorHistory } from '../git/commit-history.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readRecord } from '../release/read-records.ts';
import type { SiteOptions, Tools } from '../release/tools.ts';
import { withTools } from '../release/with-tools.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import { type AppChanges, readAppChanges } from './app-changes.ts';
import { compareUrl } from './compare-url.ts';
import { judgeDeployment } from './judge-deployment.ts';
import { packageChanges } from './package-changes.ts';
import { readPackages } from './read-packages.ts';
import { compareManifests, type MovedApp, type PackagesDiff, type ReleaseDiff } from './release-diff.ts';

export interface DiffOptions extends Omit<SiteOptions, 'remote' | 'now'> {
  /** Site version. */
  readonly from: string;
  /** Site version. Default: the newest recorded release. */
  readonly to?: string | undefined;
  /** Replaces what is known of commits; default: the site's mirror. */
  readonly history?: CommitHistory;
}

/**
 * Compares two recorded releases, and says what it takes to deploy the second over the first. It changes nothing and asks
 * no git host; the engine is asked only for an image whose record has no bill of materials.
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
    const history = options.history ?? mirrorHistory(join(site, '.de-build', 'mirror'), tools.environment);
    const { added, removed, moved, same, ...rest } = compareManifests(from, to);
    const changes: AppChanges[] = [];
    for (const app of moved) changes.push(await readAppChanges(history, app, tools.signal));
    const diff: ReleaseDiff = {
      ...rest,
      apps: { added, removed, same, moved: moved.map((app, index) => withChanges(app, changes[index])) },
      packages: await comparePackages(
        { manifest: from, release: options.from },
        { manifest: to, release: options.to ?? to.siteVersion },
        { folder: join(site, config.manifests), tools },
      ),
      deployment: judgeDeployment({
        added,
        removed,
        moved: changes,
        isBackward: semver.lt(to.siteVersion, from.siteVersion),
      }),
    };
    return tools.redactor.redactValue(diff);
  });
}

function withChanges(app: Pick<MovedApp, 'name' | 'from' | 'to'>, changes: AppChanges | undefined): MovedApp {
  const isSameRepository = app.from.url === app.to.url;
  return {
    ...app,
    compareUrl: isSameRepository ? (compareUrl(app.to.url, app.from.commit, app.to.commit) ?? null) : null,
    subjects: changes?.subjects ?? null,
    changedFiles: changes?.changedFiles ?? null,
  };
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
