import type { RunJournal } from '../../flow/journal.ts';
import { inStage } from '../../flow/stage.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Decision } from '../plan/decision.ts';
import type { ReleaseRecord } from './describe-release.ts';
import type { PendingRelease } from './pending-release.ts';
import { recordRelease } from './record-release.ts';
import { tagImage } from './tag-image.ts';

export interface Publication {
  readonly record: ReleaseRecord;
  readonly imageId: string;
  readonly journal: RunJournal;
}

/**
 * Tags a verified image and records it. Both are written to the journal first: from there on an interrupt waits, and if
 * this run dies the next one completes the release.
 * @returns the manifest's path
 * @throws DeBuildError `journal-not-written`, `image-tag-taken-meanwhile`, `manifest-exists`, `manifest-not-written`,
 * `tag-not-taken-back`
 */
export async function publishRelease(
  decision: Decision,
  { record, imageId, journal }: Publication,
  tools: Tools,
): Promise<string> {
  const { plan, engine } = decision;
  tools.signal.throwIfAborted();
  await journal.promise({ kind: 'release', ...pendingOf(decision, record, imageId) });
  const tagging = await inStage(tools, { stage: 'tag', title: `Tagging ${plan.reference}` }, () =>
    tagImage(engine.images, plan, imageId),
  );
  return inStage(tools, { stage: 'record', title: `Recording ${plan.siteVersion}` }, () =>
    recordRelease(decision, { record, tagging, journal }, tools),
  );
}

/** What the next run needs to complete the release. */
function pendingOf(
  { plan, site, force }: Decision,
  { manifest, text, companions }: ReleaseRecord,
  imageId: string,
): PendingRelease {
  return {
    image: plan.image,
    siteVersion: manifest.siteVersion,
    reference: plan.reference,
    imageId,
    replaces: plan.replaces ?? null,
    isReplacing: force,
    records: site.config.manifests,
    manifest: text,
    companions: [...companions],
  };
}
