import { allApps } from '../apps/all-apps.ts';
import { noReleaseRecorded } from '../errors/manifest-failures.ts';
import { mirrorRecordsUnreadable } from '../errors/mirror-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import { readJournal } from '../flow/journal.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { openPending } from '../flow/pending-kinds.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { forgetRanges } from '../git/known-ranges.ts';
import { pruneRepositories } from '../git/mirror/prune-mirror.ts';
import type { PrunedRepository } from '../git/mirror/prune-repository.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readAllManifests } from '../manifests/manifest-store.ts';
import { parseManifest } from '../manifests/read-manifest-file.ts';

export interface PruneMirrorOptions extends SiteOptions {
  /** Change nothing; say what would be removed. Default: false. */
  readonly dryRun?: boolean;
}

/** What a prune of the mirror freed, or would free. */
export interface PrunedMirror {
  readonly dryRun: boolean;
  /** Repositories of the mirror with pins that no record names. */
  readonly repositories: readonly PrunedRepository[];
  /** How many pins were removed, or would be. */
  readonly pins: number;
  /** Bytes on disk; `null` where the machine's git cannot predict it. */
  readonly freedBytes: number | null;
}

const PRUNE_MIRROR: Flow = {
  name: 'prune-mirror',
  stages: [],
  unchanged: 'A part of the commits may have been removed.',
};

/**
 * Removes commits that no record names from the mirror: of releases that failed, and of those whose manifests were
 * deleted. Commits that a record names stay, also of releases that `--force` moved aside, and of a pending one.
 * @throws DeBuildError `no-release-recorded`, `mirror-records-unreadable`, `journal-unreadable`, `manifest-folder-unreadable`, `mirror-*`, `site-locked`, `lock-*`
 */
export function pruneMirror(options: PruneMirrorOptions): Promise<PrunedMirror> {
  const dryRun = options.dryRun ?? false;
  const change = { flow: PRUNE_MIRROR, what: 'prune --mirror', dryRun };
  return changeSite(options, change, async (site, { environment, signal }) => {
    const { manifests, problems } = await readAllManifests(site.records);
    if (problems.length > 0) throw mirrorRecordsUnreadable(problems);
    // The folder may be elsewhere today; the commits may exist nowhere else.
    if (manifests.length === 0) throw noReleaseRecorded(site.records);
    const all = [...manifests, ...(dryRun ? await readPendingRecords(site) : [])];
    const keep = new Set(
      all
        .flatMap((manifest) => [...allApps(manifest), ...(manifest.repositories ?? [])])
        .map(({ commit }) => commit),
    );
    const pruned = await pruneRepositories(site.own.mirror, { environment, signal, keep, dryRun });
    if (!dryRun) await forgetRanges(site.own.ranges, keep);
    return { dryRun, ...pruned, pins: pruned.repositories.flatMap(({ dropped }) => dropped).length };
  });
}

/** Records in the journal of a run that died. A dry run does not settle them. */
async function readPendingRecords({ folder, own }: OpenSite): Promise<readonly Manifest[]> {
  const { journal } = own.of('records');
  const pending = (await readJournal(journal))?.pending;
  if (pending === undefined) return [];
  const { records } = await openPending(pending, { journal, site: folder });
  return records.map(({ version, text }) => {
    const file = { path: journal, label: '.de-build/journal.json', version };
    const { manifest, problem } = parseManifest(text, file);
    if (problem !== undefined) throw mirrorRecordsUnreadable([problem]);
    return manifest;
  });
}
