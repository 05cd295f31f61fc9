import { join } from 'node:path';
import type { FoundApps } from '../audit/image-apps.ts';
import { digestContext } from '../engine/context/context-digest.ts';
import type { BuiltImage } from '../engine/engine.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { writeManifest } from '../manifests/manifest-store.ts';
import { manifestOf } from './manifest-of.ts';
import type { Decision } from './plan-release.ts';
import type { ReleaseResult } from './release.ts';
import type { Tagging } from './tag-image.ts';
import type { Tools } from './tools.ts';

/** What the stages before learned, for the record. */
export interface ReleaseOutcome {
  readonly startedAt: Date;
  readonly built: BuiltImage;
  readonly found: FoundApps;
  readonly tagging: Tagging;
}

/**
 * Writes the release's manifest. When it can't be written the tag is taken back, so that no image has a version
 * without a record.
 * @throws DeBuildError `manifest-exists`, `manifest-not-written`
 */
export async function recordRelease(
  decision: Decision,
  outcome: ReleaseOutcome,
  tools: Tools,
): Promise<ReleaseResult> {
  const { plan, examination, engine } = decision;
  try {
    const manifest = await describeRelease(decision, outcome, tools);
    const folder = join(examination.site.folder, examination.site.config.manifests);
    const manifestPath = await writeManifest(folder, manifest, { replaces: plan.replaces });
    return { plan, manifest, manifestPath, reference: plan.reference, imageId: outcome.built.id };
  } catch (error) {
    await outcome.tagging.undo();
    throw error;
  }
}
