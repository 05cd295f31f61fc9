import type { Engine } from '../engine/engine.ts';
import { rebuildReplacesAside } from '../errors/rebuild-failures.ts';
import { platformsMany } from '../errors/release-failures.ts';
import { restoreTagHeld } from '../errors/restore-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { readRelease } from '../flow/recorded-release.ts';
import { findMissingPlatforms, isImageOf, tagOfRelease } from '../flow/release-image.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { readArchives } from '../manifests/archives.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { recordedPlatforms } from '../manifests/recorded-platforms.ts';
import type { RebuildOutcome } from '../rebuild/rebuild-report.ts';
import { tagImage } from '../release/publish/tag-image.ts';
import { replacedTag } from '../version/version-tag.ts';
import { restoreImage } from './restore-image.ts';
import type { RestoreAttempt, RestoreMethodKind } from './restore-method.ts';

export interface RestoreOptions extends SiteOptions {
  /** Site version, or a record that `--force` moved aside: `1.4.0-replaced-0123456789ab`. */
  readonly release: string;
  /** An archive that was moved, or the folder it is in; checked before the recorded places. */
  readonly from?: string;
  /** Take the tag from another image, which gets another tag. Default: false. */
  readonly force?: boolean;
  /** Change nothing; say which methods would be tried. Default: false. */
  readonly dryRun?: boolean;
  /**
   * The last method is a rebuild, from the build cache where possible. `identical`: the release gets its tag when the
   * rebuild gives the recorded image; an equivalent one is kept under its own tag, and the call fails. `equivalent`:
   * that one gets the release's tag too, and a record. `never`: nothing is built. Default: `identical`.
   */
  readonly rebuild?: 'identical' | 'equivalent' | 'never';
}

export interface RestoredRelease {
  readonly dryRun: boolean;
  /** The tag it has now: `acme/erp:1.4.0`. */
  readonly reference: string;
  /** The image's id on the engine; with `dryRun` the recorded one. */
  readonly imageId: string;
  /** Whether that is not the recorded id, and the image was identified by its layers and labels. */
  readonly isRenamed: boolean;
  /** What restored it; with `dryRun` the first that is available. */
  readonly method: RestoreMethodKind | undefined;
  /** The cheapest first, up to the one that worked; with `dryRun` all. */
  readonly attempts: readonly RestoreAttempt[];
  /** The new name of the image that had the tag. */
  readonly keptAside: string | undefined;
  /** The result of the rebuild that restored it. */
  readonly rebuilt: RebuildOutcome | undefined;
}

const RESTORE: Flow = {
  name: 'restore',
  stages: ['plan', 'fetch', 'build', 'verify', 'compare', 'tag', 'record'],
  unchanged: 'The release did not get its tag.',
};

/**
 * Restores a release's image by the cheapest method that verifies, and gives it its tag: the image is there already;
 * it lost its tag; an archive; a registry; a rebuild. Only the recorded image counts as the release's.
 * @throws DeBuildError `restore-tag-held`, `release-not-restorable`, `restored-*`, `rebuild-*`, `manifest-*`,
 * `archive-list-unreadable`, `engine-*`, `site-locked`, `lock-*`
 */
export function restoreRelease(options: RestoreOptions): Promise<RestoredRelease> {
  const { release, dryRun } = options;
  return changeSite(options, { flow: RESTORE, what: `restore ${release}`, dryRun }, (site, tools) =>
    restore(site, options, tools),
  );
}

async function restore(site: OpenSite, options: RestoreOptions, tools: Tools): Promise<RestoredRelease> {
  const { dryRun = false, force = false, rebuild = 'identical', from } = options;
  const release = await readRelease(site, options.release);
  const { manifest, name } = release;
  if (rebuild === 'equivalent' && name !== manifest.siteVersion) throw rebuildReplacesAside(name);
  const archives = await readArchives(site.records, name);
  const engine = await tools.engine();
  const tag = tagOfRelease(manifest, name);
  const { reference } = tag;
  const recorded = recordedPlatforms(manifest.image).map(({ platform }) => platform);
  if (recorded.length > 1 && !(await engine.about()).holdsIndexes)
    throw platformsMany(recorded, engine.endpoint);
  const holder = await engine.images.inspect(reference);
  const result = { dryRun, reference, keptAside: undefined, rebuilt: undefined };
  const idOf = (imageId: string) => ({ imageId, isRenamed: imageId !== manifest.image.id });
  if (holder !== undefined && isImageOf(holder, manifest)) {
    const state = dryRun ? 'available' : 'used';
    const attempts: RestoreAttempt[] = [{ method: 'local', from: reference, state }];
    await reportMissing(engine, { manifest, reference, id: holder.id }, tools);
    return { ...result, ...idOf(holder.id), method: 'local', attempts };
  }
  if (holder !== undefined && !force) throw restoreTagHeld(reference, holder.id);

  const image = await restoreImage({ release, reference, archives, engine, from, rebuild, dryRun }, tools);
  if (dryRun) return { ...result, ...image, isRenamed: false };
  if (image.rebuilt !== undefined) {
    const { keptAside, verdict } = image.rebuilt;
    const isRenamed = verdict === 'identical' && image.imageId !== manifest.image.id;
    return { ...result, ...image, isRenamed, keptAside };
  }
  // From here on an interrupt waits, as when a release is tagged.
  tools.signal.throwIfAborted();
  const replaces = holder && { imageId: holder.id, tag: tag.siteVersion };
  await tagImage(engine.images, { ...tag, replaces }, image.imageId);
  if (image.method === 'registry') await dropPulledName(engine, image.attempts.at(-1)?.from);
  const keptAside = holder && `${tag.image}:${replacedTag(tag.siteVersion, holder.id)}`;
  await reportMissing(engine, { manifest, reference, id: image.imageId }, tools);
  return { ...result, ...image, ...idOf(image.imageId), keptAside };
}

/** A pull by digest leaves a name without a tag, which engines list as `<none>`. The image has its tag now. */
async function dropPulledName(engine: Engine, name: string | undefined): Promise<void> {
  if (name !== undefined) await engine.images.untag(name).catch(() => undefined);
}

/** A pull brings only the platform of the engine. */
async function reportMissing(
  engine: Engine,
  {
    manifest,
    reference,
    id,
  }: { readonly manifest: Manifest; readonly reference: string; readonly id: string },
  { emit }: Pick<Tools, 'emit'>,
): Promise<void> {
  const missing = await findMissingPlatforms(engine, manifest, id);
  if (missing.length === 0) return;
  const text = `The engine has ${reference} without ${missing.join(' and ')}, for which it was released, too.`;
  emit({ type: 'notice', level: 'warning', text });
}
