import { join } from 'node:path';
import type { Images } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { PendingRelease } from '../../flow/journal.ts';
import { writeCompanion } from '../../manifests/companion.ts';
import { readRecordText, undoMoveAside, writeRecord } from '../../manifests/manifest-store.ts';
import { replacedTag } from '../../version/version-tag.ts';
import { tagImage } from './tag-image.ts';

/** What became of a release that a run had promised before it died. */
export type Finished = 'was-whole' | 'finished' | 'undone';

type Names = Pick<Images, 'inspect' | 'tag' | 'untag'>;

/**
 * Finishes a release from its promise: the tag, the record, what stands beside it. Every step may have been taken
 * before. Where it can't be finished (the image is gone, or somebody else has the version by now) it is undone.
 * @throws DeBuildError when the engine or the disk fails; the promise then stands
 */
export async function finishRelease(
  site: string,
  promised: PendingRelease,
  images: Names,
): Promise<Finished> {
  const folder = join(site, promised.records);
  const { siteVersion: version, manifest: text, isReplacing } = promised;
  const wasWhole = (await readRecordText(folder, version)) === text;
  if (!wasWhole) {
    if ((await images.inspect(promised.imageId)) === undefined) return undo(folder, promised, images);
    try {
      await tagImage(images, { ...promised, replaces: promised.replaces ?? undefined }, promised.imageId);
      await writeRecord(folder, { version, text, isReplacing });
    } catch (error) {
      if (!isConflict(error)) throw error;
      return undo(folder, promised, images);
    }
  }
  for (const beside of promised.companions)
    await writeCompanion(folder, { version, companion: beside.companion }, beside.text);
  return wasWhole ? 'was-whole' : 'finished';
}

function isConflict(error: unknown): boolean {
  return isDeBuildError(error) && /^(?:image-tag-taken-meanwhile|manifest-exists)$/.test(error.code);
}

async function undo(folder: string, promised: PendingRelease, images: Names): Promise<Finished> {
  const { siteVersion, reference, image, imageId, replaces, isReplacing } = promised;
  if (isReplacing) await undoMoveAside(folder, siteVersion);
  const holder = await images.inspect(reference);
  const isOurs = holder === undefined || holder.id === imageId;
  const aside = replaces === null ? undefined : `${image}:${replacedTag(siteVersion, replaces.imageId)}`;
  if (aside !== undefined && (await images.inspect(aside)) !== undefined) {
    if (isOurs) await images.tag(aside, reference);
    // Whoever has the version now may have it from somewhere else; the old image keeps its name then.
    if (isOurs || holder.id === replaces?.imageId) await images.untag(aside);
  } else if (holder?.id === imageId) await images.untag(reference);
  return 'undone';
}
