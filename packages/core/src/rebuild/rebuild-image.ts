import { randomBytes } from 'node:crypto';
import { allApps } from '../apps/all-apps.ts';
import type { BuiltImage } from '../engine/engine.ts';
import { digestOfBase } from '../engine/images/base-digest.ts';
import type { RunJournal } from '../flow/journal.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import { openMirror } from '../git/mirror/mirror-store.ts';
import { buildImage } from '../release/build/build-image.ts';
import { mirrorAppOf } from '../release/build/fetch-sources.ts';
import type { Decision } from '../release/plan/decision.ts';
import { requirePlatforms } from '../release/plan/require-feasible.ts';
import { perPlatform } from '../release/verify/per-platform.ts';
import { verifyImage } from '../release/verify/verify-image.ts';
import { type ComparedRebuild, compareRebuilt } from './compare-rebuilt.ts';
import { decideRebuild } from './decide-rebuild.ts';
import { type FoundBase, findBases } from './find-bases.ts';
import { assertUnedited } from './find-edits.ts';
import { pinBases } from './pin-bases.ts';
import { openRebuildFiles, type RebuildFiles } from './rebuild-files.ts';

export interface RebuildRequest {
  readonly release: RecordedRelease;
  /** Whether steps may come from the build cache. */
  readonly cache: boolean;
  /** Whether to continue with another Containerfile or base image if the recorded one is not available. */
  readonly inexact: boolean;
}

/** A rebuild that is decided. */
export interface RebuildDecision {
  readonly decision: Decision;
  readonly source: RebuildFiles['source'];
  readonly bases: readonly FoundBase[];
}

/** An image that was built from its record, under a temporary tag. */
export interface Rebuilt extends RebuildDecision, ComparedRebuild {
  readonly startedAt: Date;
  /** The id of the recorded image. */
  readonly recordedId: string;
  readonly built: BuiltImage;
}

/** Decides a rebuild and keeps nothing on disk. */
export async function planRebuild(
  request: RebuildRequest,
  tools: Tools,
): Promise<
  RebuildDecision & { /** Apps whose commit the mirror lacks. */ readonly toFetch: readonly string[] }
> {
  await assertUnedited(request.release);
  const scratchName = `rebuild-${randomBytes(4).toString('hex')}`;
  const files = await openRebuildFiles(request.release, { inexact: request.inexact, scratchName }, tools);
  try {
    const decided = await decide(request, { files, dryRun: true }, tools);
    return { ...decided, toFetch: await missingApps(decided.decision, tools) };
  } finally {
    await files.remove();
  }
}

/**
 * Builds a recorded release again with the stages of a release, compares the image with the record, and passes it to `use`.
 * The image is removed with its temporary tag, unless `use` gave it another.
 */
export async function rebuildImage<Result>(
  request: RebuildRequest,
  tools: Tools,
  use: (rebuilt: Rebuilt, journal: RunJournal) => Promise<Result>,
): Promise<Result> {
  const { release, inexact } = request;
  const startedAt = tools.now();
  await assertUnedited(release);
  const files = await openRebuildFiles(release, { inexact, scratchName: 'rebuild' }, tools);
  try {
    const decided = await decide(request, { files, dryRun: false }, tools);
    const pinned = await pinBases(decided.decision, { bases: decided.bases, folder: files.scratch });
    try {
      return await buildImage(pinned.decision, tools, async (built, journal) => {
        const compared = await verifyAndCompare(release, { decision: pinned.decision, built }, tools);
        tools.signal.throwIfAborted();
        const recordedId = release.manifest.image.id;
        return use({ ...decided, startedAt, recordedId, built, ...compared }, journal);
      });
    } finally {
      await pinned.unpin();
    }
  } finally {
    await files.remove();
  }
}

async function decide(
  { release, cache, inexact }: RebuildRequest,
  { files, dryRun }: { readonly files: RebuildFiles; readonly dryRun: boolean },
  tools: Tools,
): Promise<RebuildDecision> {
  const title = `Deciding how to rebuild ${release.name}`;
  const decided = await inStage(tools, { stage: 'plan', title }, async () => {
    const decision = await decideRebuild(release, { cache, files }, tools);
    await requirePlatforms(decision);
    const bases = await findBases(release.manifest, { engine: decision.engine, inexact, dryRun }, tools);
    return { decision: await withActualBaseDigests(decision, bases), source: files.source, bases };
  });
  const { why } = files.source;
  if (why !== undefined) tools.emit({ type: 'notice', level: 'warning', text: why });
  return decided;
}

/** Base images other than the recorded ones are planned and recorded with their own digests. */
async function withActualBaseDigests(decision: Decision, bases: readonly FoundBase[]): Promise<Decision> {
  const { images } = decision.engine;
  const baseImages = await Promise.all(
    decision.plan.baseImages.map(async (base) => {
      const isOther = bases.some(({ reference, from }) => from === 'other' && reference === base.reference);
      return isOther ? { ...base, digest: await digestOfBase(images, base.reference) } : base;
    }),
  );
  return { ...decision, plan: { ...decision.plan, baseImages } };
}

async function verifyAndCompare(
  release: RecordedRelease,
  { decision, built }: { readonly decision: Decision; readonly built: BuiltImage },
  tools: Tools,
): Promise<ComparedRebuild> {
  const found = await inStage(tools, { stage: 'verify', title: `Verifying ${built.id}` }, () =>
    Promise.all(perPlatform(decision).map((each) => verifyImage(each, built.id))),
  );
  const title = `Comparing it with the record of ${release.name}`;
  return inStage(tools, { stage: 'compare', title }, () =>
    compareRebuilt({ built, found, release }, decision, tools),
  );
}

async function missingApps(decision: Decision, { environment, signal }: Tools): Promise<readonly string[]> {
  const mirror = openMirror(decision.site.own.mirror, { environment });
  const missing: string[] = [];
  for (const app of allApps(decision)) {
    if (!(await mirror.holds(app, signal))) missing.push(app.name);
  }
  for (const repository of decision.repositories) {
    if (!(await mirror.holds(mirrorAppOf(repository), signal))) missing.push(repository.url);
  }
  return missing;
}
