import { join } from 'node:path';
import type { FoundApps } from '../audit/image-apps.ts';
import type { ImageFiles } from '../audit/image-files.ts';
import { digestContext } from '../engine/context/context-digest.ts';
import type { BuiltImage } from '../engine/engine.ts';
import { tagNotTakenBack } from '../errors/release-failures.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { writeManifest } from '../manifests/manifest-store.ts';
import { manifestOf } from './manifest-of.ts';
import { ownVersion } from './own-version.ts';
import type { Decision } from './plan-release.ts';
import { recordBill } from './record-bill.ts';
import { recordProvenance } from './record-provenance.ts';
import type { ImageSearch } from './search-image.ts';
import type { Tagging } from './tag-image.ts';
import type { Tools } from './tools.ts';

/** What the stages before learned, for the record. */
export interface ReleaseOutcome {
  readonly startedAt: Date;
  readonly built: BuiltImage;
  readonly found: FoundApps;
  readonly files: ImageFiles | undefined;
  readonly search: ImageSearch | undefined;
  readonly tagging: Tagging;
  /** Set when it took the place of a recorded image. */
  readonly rebuild?: Manifest['rebuild'];
}

/**
 * Writes the release's manifest. When it can't be written the tag is taken back, so that no image has a version
 * without a record.
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`, `tag-not-taken-back`
 */
export async function recordRelease(
  decision: Decision,
  outcome: ReleaseOutcome,
  tools: Tools,
): Promise<{ readonly manifest: Manifest; readonly manifestPath: string }> {
  const record = await writeRecord(decision, outcome, tools).catch(async (error: unknown) => {
    await outcome.tagging.undo().catch((undoError: unknown) => {
      throw tagNotTakenBack(decision.plan.reference, error, undoError);
    });
    throw error;
  });
  const { folder, config } = decision.examination.site;
  await recordProvenance(join(folder, config.manifests), record.manifest, tools);
  await recordBill(decision, { manifest: record.manifest, files: outcome.files }, tools);
  return record;
}

async function writeRecord(decision: Decision, outcome: ReleaseOutcome, tools: Tools) {
  const { site } = decision.examination;
  const manifest = await describeRelease(decision, outcome, tools);
  const manifestPath = await writeManifest(join(site.folder, site.config.manifests), manifest, {
    redactor: tools.redactor,
    isReplacing: decision.force,
  });
  return { manifest, manifestPath };
}

async function describeRelease(
  { plan, engine, audit }: Decision,
  { startedAt, built, found, files, search, tagging, rebuild }: ReleaseOutcome,
  tools: Tools,
): Promise<Manifest> {
  const [image, info] = await Promise.all([engine.images.inspect(built.id), engine.about()]);
  if (image === undefined) throw new Error(`The engine lost ${built.id} right after it was tagged.`);
  return manifestOf({
    plan,
    engine: info,
    built,
    image,
    found,
    files,
    audit: { mode: audit, search },
    tags: tagging.tags,
    rebuild,
    context: built.context ?? { digest: await digestContext([]), files: 0 },
    startedAt,
    now: tools.now(),
    deBuildVersion: ownVersion(),
  });
}
