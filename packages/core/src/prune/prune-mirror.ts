import { join, resolve } from 'node:path';
import { noReleaseRecorded } from '../errors/manifest-failures.ts';
import { mirrorRecordsUnreadable } from '../errors/mirror-failures.ts';
import { readJournal } from '../flow/journal.ts';
import { recordsFolder } from '../flow/read-records.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { SiteOptions } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { forgetRanges } from '../git/known-ranges.ts';
import { pruneRepositories } from '../git/mirror/prune-mirror.ts';
import type { PrunedRepository } from '../git/mirror/prune-repository.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readAllManifests } from '../manifests/manifest-store.ts';
import { parseManifest } from '../manifests/read-manifest-file.ts';

export interface PruneMirrorOptions extends Omit<SiteOptions, 'engine' | 'host' | 'remote'> {
  /** Change nothing; foretell what would go. Default: false. */
  readonly dryRun?: boolean;
}

/** What a prune of the mirror freed, or would free. */
export interface PrunedMirror {
  readonly dryRun: boolean;
  /** Repositories of the mirror with pins that no record names. */
  readonly repositories: readonly PrunedRepository[];
  /** How many pins went, or would. */
  readonly pins: number;
  /** Bytes on disk; `null` where the machine's git cannot foretell it. */
  readonly freedBytes: number | null;
}

/**
 * Frees what the mirror keeps of commits that no record names: of releases that failed, and of those whose manifests were
 * deleted. What a record names is never touched, also of releases that `--force` moved aside, and of one that died and is
 * yet to be recorded.
 * @throws DeBuildError `no-release-recorded`, `mirror-records-unreadable`, `journal-unreadable`, `manifest-folder-unreadable`, `mirror-*`, `site-locked`, `lock-*`
 */
export function pruneMirror(options: PruneMirrorOptions): Promise<PrunedMirror> {
  const dryRun = options.dryRun ?? false;
  return withTools(options, (tools) =>
    // A release under way has pins that no record names yet.
    withSiteLock({ site: options.site, what: 'prune --mirror', dryRun }, tools, async () => {
      const site = resolve(options.site);
      const records = await recordsFolder(site);
      const { manifests, problems } = await readAllManifests(records);
      if (problems.length > 0) throw mirrorRecordsUnreadable(problems);
      // A folder that is elsewhere today is no reason to give up what may be nowhere else.
      if (manifests.length === 0) throw noReleaseRecorded(records);
      const all = [...manifests, ...(await readPromised(site))];
      const apps = all.flatMap(({ frappe, apps }) => (frappe === null ? apps : [frappe, ...apps]));
      const keep = new Set(apps.map(({ commit }) => commit));
      const own = join(site, '.de-build');
      const { environment, signal } = tools;
      const pruned = await pruneRepositories(join(own, 'mirror'), { environment, signal, keep, dryRun });
      if (!dryRun) await forgetRanges(join(own, 'history'), keep);
      return { dryRun, ...pruned, pins: pruned.repositories.flatMap(({ dropped }) => dropped).length };
    }),
  );
}

/** The record of a release that died before it was written, which the next run writes. */
async function readPromised(site: string): Promise<readonly Manifest[]> {
  const release = (await readJournal(site))?.release;
  if (release === undefined) return [];
  const path = join(site, '.de-build', 'journal.json');
  const file = { path, label: '.de-build/journal.json', version: release.siteVersion };
  const { manifest, problem } = parseManifest(release.manifest, file);
  if (problem !== undefined) throw mirrorRecordsUnreadable([problem]);
  return [manifest];
}
