import { join } from 'node:path';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { tagNotTakenBack } from '../../errors/release-failures.ts';
import type { PendingRelease, RunJournal } from '../../flow/journal.ts';
import type { Tools } from '../../flow/tools.ts';
import { type Companion, writeCompanion } from '../../manifests/companion.ts';
import { writeRecord } from '../../manifests/manifest-store.ts';
import type { Decision } from '../plan/plan-release.ts';
import type { ReleaseRecord } from './describe-release.ts';
import type { Tagging } from './tag-image.ts';

/** What is written down before the image is named, so that the next run can finish the release. */
export function pendingRelease(
  { plan, examination, force }: Decision,
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
    records: examination.site.config.manifests,
    manifest: text,
    companions: [...companions],
  };
}

/**
 * Writes the release's manifest and what stands beside it. When the manifest can't be written the tag is taken back, so
 * that no image has a version without a record; when that fails, too, it stays promised in the journal.
 * @returns the manifest's path
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`, `tag-not-taken-back`
 */
export async function recordRelease(
  { plan, examination, force }: Pick<Decision, 'plan' | 'examination' | 'force'>,
  {
    record,
    tagging,
    journal,
  }: { readonly record: ReleaseRecord; readonly tagging: Tagging; readonly journal: RunJournal },
  tools: Pick<Tools, 'emit'>,
): Promise<string> {
  const { site } = examination;
  const folder = join(site.folder, site.config.manifests);
  const version = record.manifest.siteVersion;
  const path = await writeRecord(folder, { version, text: record.text, isReplacing: force }).catch(
    async (error: unknown) => {
      await tagging.undo().catch((undoError: unknown) => {
        throw tagNotTakenBack(plan.reference, error, undoError);
      });
      journal.settle();
      throw error;
    },
  );
  for (const { companion, text } of record.companions)
    await recordBeside(folder, { version, companion, text }, tools);
  journal.settle();
  return path;
}

const NAMES: Readonly<Record<Companion, string>> = {
  '.intoto.json': 'The provenance',
  '.cdx.json': 'The bill of materials',
  '.archives.json': 'The list of archives',
};

/** The manifest stands by then, and the release with it: what can't be written beside it is told of. */
async function recordBeside(
  folder: string,
  { version, companion, text }: { version: string; companion: Companion; text: string },
  tools: Pick<Tools, 'emit'>,
): Promise<void> {
  try {
    await writeCompanion(folder, { version, companion }, text);
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    const said = `${NAMES[companion]} is not recorded: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text: said });
  }
}
