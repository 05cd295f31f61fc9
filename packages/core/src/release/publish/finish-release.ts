import { join } from 'node:path';
import type { Images } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { PendingEntry } from '../../flow/journal.ts';
import type { PendingWork } from '../../flow/pending-work.ts';
import { writeCompanion } from '../../manifests/companion.ts';
import { readRecordText, undoMoveAside, writeRecord } from '../../manifests/manifest-store.ts';
import { replacedTag } from '../../version/version-tag.ts';
import { type PendingRelease, pendingReleaseSchema } from './pending-release.ts';
import { tagImage } from './tag-image.ts';

/** How a release was settled that a run left pending when it died. */
export type FinishedRelease = 'was-complete' | 'finished' | 'undone';

type Names = Pick<Images, 'inspect' | 'tag' | 'untag'>;

/**
 * Completes a pending release: the tag, the record, the files next to it. Where it can't be completed (the image no longer
 * exists, or another image has the version now) it is undone.
 * @param records absolute path of the folder of records
 * @throws DeBuildError when the engine or the disk fails; the release is then still pending
 */
export async function finishRelease(
  records: string,
  pending: PendingRelease,
  images: Names,
): Promise<FinishedRelease> {
  const { siteVersion: version, manifest: text, isReplacing } = pending;
  const isRecorded = (await readRecordText(records, version)) === text;
  if (!isRecorded) {
    if ((await images.inspect(pending.imageId)) === undefined) return undo(records, pending, images);
    try {
      await tagImage(images, { ...pending, replaces: pending.replaces ?? undefined }, pending.imageId);
      await writeRecord(records, { version, text, isReplacing });
    } catch (error) {
      if (!isConflict(error)) throw error;
      return undo(records, pending, images);
    }
  }
  for (const { companion, text } of pending.companions)
    await writeCompanion(records, { version, companion }, text);
  return isRecorded ? 'was-complete' : 'finished';
}

function isConflict(error: unknown): boolean {
  return isDeBuildError(error) && /^(?:image-tag-taken-meanwhile|manifest-exists)$/.test(error.code);
}

async function undo(records: string, pending: PendingRelease, images: Names): Promise<FinishedRelease> {
  const { siteVersion, reference, image, imageId, replaces, isReplacing } = pending;
  if (isReplacing) await undoMoveAside(records, siteVersion);
  const holder = await images.inspect(reference);
  const isOurs = holder === undefined || holder.id === imageId;
  const aside = replaces === null ? undefined : `${image}:${replacedTag(siteVersion, replaces.imageId)}`;
  if (aside !== undefined && (await images.inspect(aside)) !== undefined) {
    if (isOurs) await images.tag(aside, reference);
    // Another image may have taken the version; the old image then keeps its other name.
    if (isOurs || holder.id === replaces?.imageId) await images.untag(aside);
  } else if (holder?.id === imageId) await images.untag(reference);
  return 'undone';
}

const OUTCOMES = {
  undone: (version: string) => `could not complete the release of ${version}, which is undone`,
  finished: (version: string) => `had verified the image of ${version}, which now has its tag and its record`,
  'was-complete': (version: string) => `had just released ${version}, and the release is complete`,
};

/** Pending work of the kind `release`. */
export function openPendingRelease(entry: PendingEntry, site: string): PendingWork {
  const release = pendingReleaseSchema.parse(entry);
  const { siteVersion: version, reference, manifest } = release;
  return {
    during: `while it tagged and recorded ${reference}`,
    references: [reference],
    records: [{ version, text: manifest }],
    async settle(tools) {
      const { images } = await tools.engine();
      const outcome = await finishRelease(join(site, release.records), release, images);
      return `An earlier run died: it ${OUTCOMES[outcome](version)}.`;
    },
  };
}
