import { isDeBuildError } from '../../errors/de-build-error.ts';
import { tagNotTakenBack } from '../../errors/release-failures.ts';
import type { RunJournal } from '../../flow/journal.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import { type Companion, writeCompanion } from '../../manifests/companion.ts';
import { writeRecord } from '../../manifests/manifest-store.ts';
import type { BuildPlan } from '../plan/plan.ts';
import type { ReleaseRecord } from './describe-release.ts';
import type { Tagging } from './tag-image.ts';

interface Recording {
  readonly record: ReleaseRecord;
  readonly tagging: Tagging;
  readonly journal: Pick<RunJournal, 'settle'>;
}

/**
 * Writes a release's manifest and the files next to it. When the manifest can't be written, the tag is removed again, so
 * that no image has a version without a record; when that fails too, the release stays pending in the journal.
 * @returns the manifest's path
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`, `tag-not-taken-back`
 */
export async function recordRelease(
  release: {
    readonly plan: Pick<BuildPlan, 'reference'>;
    readonly site: Pick<OpenSite, 'records'>;
    readonly force: boolean;
  },
  { record, tagging, journal }: Recording,
  tools: Pick<Tools, 'emit'>,
): Promise<string> {
  const { records } = release.site;
  const version = record.manifest.siteVersion;
  const written = { version, text: record.text, isReplacing: release.force };
  const path = await writeRecord(records, written).catch(async (error: unknown) => {
    await tagging.undo().catch((undoError: unknown) => {
      throw tagNotTakenBack(release.plan.reference, error, undoError);
    });
    journal.settle();
    throw error;
  });
  for (const { companion, text } of record.companions)
    await recordCompanion(records, { version, companion, text }, tools);
  journal.settle();
  return path;
}

const NAMES: Readonly<Record<Companion, string>> = {
  '.intoto.json': 'The provenance',
  '.cdx.json': 'The bill of materials',
  '.archives.json': 'The list of archives',
};

/** The release is recorded by then, so a failure is only a warning. */
async function recordCompanion(
  records: string,
  { version, companion, text }: { version: string; companion: Companion; text: string },
  tools: Pick<Tools, 'emit'>,
): Promise<void> {
  try {
    await writeCompanion(records, { version, companion }, text);
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    const warning = `${NAMES[companion]} is not recorded: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text: warning });
  }
}
