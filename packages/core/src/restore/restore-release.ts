import { rebuildReplacesAside } from '../errors/rebuild-failures.ts';
import { restoreTagHeld } from '../errors/restore-failures.ts';
import { converge } from '../flow/converge.ts';
import { type HistoryOptions, readRelease } from '../flow/recorded-release.ts';
import { isImageOf, tagOfRelease } from '../flow/release-image.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { readArchives } from '../manifests/archives.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import { tagImage } from '../release/publish/tag-image.ts';
import { replacedTag } from '../version/version-tag.ts';
import { bringBack } from './bring-back.ts';
import type { RestoreAttempt, RestoreMeans } from './restore-means.ts';

export interface RestoreOptions extends HistoryOptions {
  /** Site version, or a record that `--force` moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /** An archive that was moved, or the folder it lies in; looked at before the recorded places. */
  readonly from?: string;
  /** Take the tag from another image, which keeps one of its own. Default: false. */
  readonly force?: boolean;
  /** Change nothing; say which means would be tried. Default: false. */
  readonly dryRun?: boolean;
  /**
   * The last means is to build it anew, from the build cache where that has it. `identical`: the release gets its tag when
   * the recorded image comes of it; an equivalent one is kept under a tag of its own, and the call fails. `equivalent`: that
   * one gets the release's tag, too, and a record. `never`: nothing is built. Default: `identical`.
   */
  readonly rebuild?: 'identical' | 'equivalent' | 'never';
  /** Called with what a rebuild tells, redacted, in order. */
  readonly onEvent?: NonNullable<SiteOptions['onEvent']>;
}

export interface RestoredRelease {
  readonly dryRun: boolean;
  /** The tag it has now: `acme/erp:1.4.0`. */
  readonly reference: string;
  /** What the engine calls the image; with `dryRun` what is recorded. */
  readonly imageId: string;
  /** Whether the engine calls it otherwise than the manifest, and it was known by its layers and labels. */
  readonly isRenamed: boolean;
  /** What brought it back; with `dryRun` the first that seems at hand. */
  readonly means: RestoreMeans | undefined;
  /** In the order of their cost, up to the one that did it; with `dryRun` all. */
  readonly attempts: readonly RestoreAttempt[];
  /** The name that an image got which had the tag. */
  readonly keptAside: string | undefined;
  /** What came of building it anew, when that brought it back. */
  readonly rebuilt: RebuildOutcome | undefined;
}

/**
 * Brings a release's image back by the cheapest means that verifies, and gives it its tag: it is there already; it lost
 * its tag; an archive; a registry; a rebuild. An image is taken for the release's only when it is the recorded one.
 * @throws DeBuildError `restore-tag-held`, `release-not-restorable`, `restored-*`, `rebuild-*`, `manifest-*`, `archive-list-unreadable`, `engine-*`, `site-locked`, `lock-*`
 */
export function restoreRelease(options: RestoreOptions): Promise<RestoredRelease> {
  const { site, dryRun } = options;
  return withTools(options, (tools) =>
    withSiteLock({ site, what: `restore ${options.release}`, dryRun }, tools, () => restore(options, tools)),
  );
}

async function restore(options: RestoreOptions, tools: Tools): Promise<RestoredRelease> {
  if (options.dryRun !== true) await converge(options.site, tools);
  const release = await readRelease(options.site, options.release);
  const { manifest } = release;
  if (options.rebuild === 'equivalent' && options.release !== manifest.siteVersion)
    throw rebuildReplacesAside(options.release);
  const archives = await readArchives(release.records, options.release);
  const engine = await tools.engine();
  const tag = tagOfRelease(manifest, options.release);
  const { reference } = tag;
  const dryRun = options.dryRun ?? false;
  const holder = await engine.images.inspect(reference);
  const result = { dryRun, reference, keptAside: undefined, rebuilt: undefined };
  if (holder !== undefined && isImageOf(holder, manifest)) {
    const attempts: RestoreAttempt[] = [
      { means: 'local', from: reference, state: dryRun ? 'at-hand' : 'used' },
    ];
    return { ...result, ...named(holder.id, manifest), means: 'local', attempts };
  }
  if (holder !== undefined && options.force !== true) throw restoreTagHeld(reference, holder.id);

  const brought = await bringBack({ release, reference, archives, engine, options }, tools);
  if (dryRun) {
    const first = brought.attempts.find(({ state }) => state === 'at-hand');
    return { ...result, ...named(manifest.image.id, manifest), ...brought, means: first?.means };
  }
  if (brought.rebuilt !== undefined) {
    const { keptAside, verdict } = brought.rebuilt;
    const isRenamed = verdict === 'identical' && brought.imageId !== manifest.image.id;
    return { ...result, ...brought, isRenamed, keptAside };
  }
  // From here on an interrupt waits, as when a release is tagged.
  tools.signal.throwIfAborted();
  const replaces = holder === undefined ? undefined : { imageId: holder.id, tag: tag.siteVersion };
  await tagImage(engine.images, { ...tag, replaces }, brought.imageId);
  const keptAside =
    holder === undefined ? undefined : `${tag.image}:${replacedTag(tag.siteVersion, holder.id)}`;
  return { ...result, ...brought, ...named(brought.imageId, manifest), keptAside };
}

function named(imageId: string, manifest: Manifest) {
  return { imageId, isRenamed: imageId !== manifest.image.id };
}
