import { randomBytes } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ImageFiles } from '../audit/image-files.ts';
import type { BuiltImage } from '../engine/engine.ts';
import { digestOfBase } from '../engine/images/base-digest.ts';
import type { RunJournal } from '../flow/journal.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import type { FoundApps } from '../frappe/image-apps.ts';
import { openMirror } from '../git/mirror/mirror-store.ts';
import { buildImage } from '../release/build/build-image.ts';
import { resolvedAppsOf } from '../release/check/examine-site.ts';
import type { Decision } from '../release/plan/plan-release.ts';
import { verifyImage } from '../release/verify/verify-image.ts';
import { stagesWith } from '../site/parse-containerfile.ts';
import { repointStages } from '../site/repoint-stages.ts';
import { baseTag } from '../version/version-tag.ts';
import { compareRebuilt } from './compare-rebuilt.ts';
import { decideRebuild } from './decide-rebuild.ts';
import { assertUnedited } from './find-edits.ts';
import { type FoundBase, findBases } from './pin-bases.ts';
import { type RebuildFiles, withRebuildFiles } from './rebuild-files.ts';
import type { RebuildComparison, RebuildSource } from './rebuild-report.ts';

export interface RebuildRequest {
  readonly release: RecordedRelease;
  /** What the record is named after. */
  readonly named: string;
  /** Whether steps may come from the build cache. */
  readonly cache: boolean;
  /** Whether to go on with another Containerfile or base image where the recorded one is not to be had. */
  readonly inexact: boolean;
}

/** A rebuild that is decided. */
export interface RebuildDecision {
  readonly decision: Decision;
  readonly source: RebuildSource;
  readonly bases: readonly FoundBase[];
  /** Apps whose commit the mirror does not hold whole; only looked at when nothing is built. */
  readonly toFetch: readonly string[];
}

/** An image that was built anew, under a temporary tag. */
export interface Rebuilt extends RebuildDecision {
  readonly startedAt: Date;
  /** The id of the recorded image. */
  readonly recordedId: string;
  readonly built: BuiltImage;
  readonly found: FoundApps;
  /** `undefined` where it is the recorded image. */
  readonly files: ImageFiles | undefined;
  readonly comparison: RebuildComparison;
}

/** Decides a rebuild, and writes nothing that stays. */
export async function planRebuild(request: RebuildRequest, tools: Tools): Promise<RebuildDecision> {
  return withDecision(request, { isDry: true }, tools, async ({ files: _, ...decided }) => ({
    ...decided,
    toFetch: await missingApps(request.release, decided.decision, tools),
  }));
}

/**
 * Builds a release anew with the stages of a release, compares it with what was recorded, and hands it to `use`. It goes
 * with its temporary tag unless `use` gave it another.
 */
export async function rebuildImage<Result>(
  request: RebuildRequest,
  tools: Tools,
  use: (rebuilt: Rebuilt, journal: RunJournal) => Promise<Result>,
): Promise<Result> {
  const startedAt = tools.now();
  return withDecision(request, { isDry: false }, tools, async ({ files, ...decided }) => {
    const { decision, bases } = decided;
    return withBases(decision, { bases, files }, async (pinned) =>
      buildImage(pinned, tools, async (built, journal) => {
        const found = await inStage(tools, { stage: 'verify', title: `Verifying ${built.id}` }, () =>
          verifyImage(pinned, built.id),
        );
        const rebuilt = { built, found, release: request.release, named: request.named };
        const title = `Comparing it with the record of ${request.named}`;
        const compared = await inStage(tools, { stage: 'compare', title }, () =>
          compareRebuilt(rebuilt, pinned, tools),
        );
        tools.signal.throwIfAborted();
        return use(
          {
            ...decided,
            startedAt,
            recordedId: request.release.manifest.image.id,
            built,
            found,
            ...compared,
          },
          journal,
        );
      }),
    );
  });
}

async function withDecision<Result>(
  { release, named, cache, inexact }: RebuildRequest,
  { isDry }: { readonly isDry: boolean },
  tools: Tools,
  use: (decided: RebuildDecision & { readonly files: RebuildFiles }) => Promise<Result>,
): Promise<Result> {
  await assertUnedited(release, named);
  const scratchName = isDry ? `rebuild-${randomBytes(4).toString('hex')}` : 'rebuild';
  return withRebuildFiles(release, { inexact, scratchName }, tools, async (files) => {
    const title = `Deciding how to build ${named} anew`;
    const decided = await inStage(tools, { stage: 'plan', title }, async () => {
      const decision = await decideRebuild(release, { named, cache }, { files, tools });
      const { engine } = decision;
      const bases = await findBases(release.manifest, { engine, inexact, dryRun: isDry }, tools);
      const standing = await standOnOthers(decision, bases);
      return { decision: standing, source: files.source, bases, toFetch: [] };
    });
    const { why } = files.source;
    if (why !== undefined) tools.emit({ type: 'notice', level: 'warning', text: why });
    return use({ ...decided, files });
  });
}

/** Base images that are not the recorded ones are planned, and recorded, as what they are. */
async function standOnOthers(decision: Decision, bases: readonly FoundBase[]): Promise<Decision> {
  const { images } = decision.engine;
  const baseImages = await Promise.all(
    decision.plan.baseImages.map(async (base) => {
      const isOther = bases.some(({ reference, from }) => from === 'other' && reference === base.reference);
      return isOther ? { ...base, digest: await digestOfBase(images, base.reference) } : base;
    }),
  );
  return { ...decision, plan: { ...decision.plan, baseImages } };
}

async function missingApps(
  { site }: RecordedRelease,
  { examination }: Decision,
  { environment, signal }: Tools,
): Promise<readonly string[]> {
  const mirror = openMirror(join(site, '.de-build', 'mirror'), { environment });
  const missing: string[] = [];
  for (const app of resolvedAppsOf(examination)) {
    if (!(await mirror.holds(app, signal))) missing.push(app.name);
  }
  return missing;
}

/**
 * Leads the build to base images whose own names mean others by now: a copy of the Containerfile, beside the context,
 * names them by tags of ours.
 */
async function withBases<Result>(
  decision: Decision,
  { bases, files }: { readonly bases: readonly FoundBase[]; readonly files: RebuildFiles },
  use: (decision: Decision) => Promise<Result>,
): Promise<Result> {
  const { images } = decision.engine;
  const { image, siteVersion } = decision.plan;
  const names = new Map<string, string>();
  const given: string[] = [];
  try {
    for (const { reference, imageId } of bases) {
      if (imageId === undefined) continue;
      const name = `${image}:${baseTag(siteVersion, imageId)}`;
      const details = await images.inspect(imageId);
      await images.tag(imageId, name);
      names.set(reference, name);
      // An engine deletes an image with its last name, and this one is still needed.
      if ((details?.tags.length ?? 0) > 0) given.push(name);
    }
    if (names.size === 0) return await use(decision);
    const containerfile = await writeContainerfile(decision, { names, folder: files.scratch });
    return await use({ ...decision, files: { ...decision.files, containerfile } });
  } finally {
    for (const name of given) await images.untag(name).catch(() => undefined);
  }
}

async function writeContainerfile(
  { examination, plan, files }: Decision,
  { names, folder }: { readonly names: ReadonlyMap<string, string>; readonly folder: string },
): Promise<string> {
  const { containerfile } = examination.site;
  if (containerfile === undefined) throw new Error('A rebuild was decided without a Containerfile.');
  const args = Object.entries(plan.buildArgs).map(([name, { value }]) => [name, value] as const);
  const lines = stagesWith(containerfile, Object.fromEntries(args)).flatMap(({ line, from, isStage }) => {
    const name = isStage ? undefined : names.get(from);
    return name === undefined ? [] : [[line, name] as const];
  });
  const path = join(folder, basename(containerfile.path));
  await writeFile(path, repointStages(containerfile, new Map(lines)));
  await copyIgnoreFile(files.containerfile, path);
  return path;
}

/** A Containerfile may have an ignore file of its own. */
async function copyIgnoreFile(from: string, to: string): Promise<void> {
  await copyFile(`${from}.dockerignore`, `${to}.dockerignore`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
