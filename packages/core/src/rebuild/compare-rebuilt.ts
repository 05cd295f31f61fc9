import { recordedApps } from '../apps/all-apps.ts';
import { compareTrees } from '../audit/compare-trees.ts';
import {
  filesOf,
  type ImageFiles,
  noteFiles,
  type ReadFiles,
  type TreeDigests,
} from '../audit/image-files.ts';
import { treeOf } from '../audit/image-tree.ts';
import type { Package } from '../audit/packages.ts';
import { packageChanges } from '../diff/package-changes.ts';
import { recordedPackages } from '../diff/read-packages.ts';
import { type Change, changesBetween, type PackagesDiff } from '../diff/release-diff.ts';
import type { BuiltImage, ImageDetails } from '../engine/engine.ts';
import { announceTransfer } from '../flow/announce-transfer.ts';
import { readEngineImage } from '../flow/read-image.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { findReleaseImage, isImageOf } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import { matchApps } from '../frappe/compare-apps.ts';
import type { FoundApps } from '../frappe/image-apps.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { perRecordedPlatform } from '../manifests/recorded-platforms.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { Decision } from '../release/plan/decision.ts';
import type { ExaminedImage } from '../release/verify/examine-image.ts';
import { perPlatform } from '../release/verify/per-platform.ts';
import { inspectBuilt } from '../release/verify/read-built-image.ts';
import { joinComparisons, type PlatformComparison } from './join-comparisons.ts';
import { judgeRebuild, type RebuildEvidence } from './judge-rebuild.ts';
import type { RebuildComparison, RebuiltApp } from './rebuild-report.ts';

/** What is compared: one platform of the rebuilt image. */
interface RebuiltImage {
  readonly found: FoundApps;
  readonly release: RecordedRelease;
}

export interface ComparedRebuild {
  readonly comparison: RebuildComparison;
  /** What was read of the rebuilt image, for its own record; without files where it is the recorded one. */
  readonly examined: readonly ExaminedImage[];
}

interface ComparedImage {
  readonly image: ImageDetails;
  readonly read: ReadFiles;
}

/** The files that were read of the two images. */
interface ReadImages {
  readonly fresh: ComparedImage;
  /** `undefined` when the recorded image is not on the engine. */
  readonly old: ComparedImage | undefined;
  /** Of the recorded image; `undefined` when neither it nor its bill of materials is available. */
  readonly packages: readonly Package[] | undefined;
}

/**
 * Compares the rebuilt image with the recorded one, for each of its platforms.
 * @param found the apps of each platform
 */
export async function compareRebuilt(
  {
    built,
    found,
    release,
  }: { readonly built: BuiltImage; readonly found: readonly FoundApps[]; readonly release: RecordedRelease },
  decision: Decision,
  tools: Tools,
): Promise<ComparedRebuild> {
  const records = perRecordedPlatform(release.manifest);
  const isSame = isImageOf(await inspectBuilt(decision.engine, built.id), release.manifest);
  const examined: ExaminedImage[] = [];
  const compared: PlatformComparison[] = [];
  for (const [index, each] of perPlatform(decision).entries()) {
    const image = await inspectBuilt(each.engine, built.id);
    const manifest = records[index] ?? release.manifest;
    const rebuilt = { found: found[index] ?? new Map(), release: { ...release, manifest } };
    const inputs = inputChanges(built, image, manifest);
    const images = isSame ? undefined : await readImages(rebuilt, { image, decision: each }, tools);
    const outcome = images === undefined ? sameImage(manifest) : compare(rebuilt, images);
    compared.push({ platform: image.platform, comparison: { ...outcome, inputs } });
    examined.push({ image, found: rebuilt.found, files: images?.fresh.read.files });
  }
  return { comparison: joinComparisons(compared), examined };
}

function sameImage(manifest: Manifest): Omit<RebuildComparison, 'inputs'> {
  return {
    ...judgeRebuild({ kind: 'id' }),
    comparedWith: 'id',
    apps: recordedApps(manifest).map(({ name, commit }) => ({ name, commit, files: 'same' })),
    files: undefined,
    packages: { known: true, changes: [] },
  };
}

async function readImages(
  { found, release }: RebuiltImage,
  { image, decision }: { readonly image: ImageDetails; readonly decision: Decision },
  { emit, signal }: Tools,
): Promise<ReadImages> {
  const { engine, site } = decision;
  const { benchFolder } = site.config;
  const read = async (details: ImageDetails, name: string): Promise<ComparedImage> => {
    const options = { emit, signal, takeNote: noteFiles };
    await announceTransfer(engine, { ...details, name }, { emit });
    const saved = await readEngineImage(engine.images, { ...details, name }, options);
    return { image: details, read: filesOf(treeOf(saved), { apps: found.keys(), benchFolder }) };
  };
  const fresh = await read(image, 'the rebuilt image');
  const recorded = await findReleaseImage(engine, release.manifest);
  const old = recorded && (await read(recorded, 'the recorded image'));
  const packages = old?.read.files.packages.packages ?? (await recordedPackages(release));
  return { fresh, old, packages };
}

function compare(
  rebuilt: RebuiltImage,
  { fresh, old, packages }: ReadImages,
): Omit<RebuildComparison, 'inputs'> {
  const { manifest } = rebuilt.release;
  const evidence = old === undefined ? recordEvidence(manifest, fresh.read.files) : imageEvidence(old, fresh);
  return {
    ...judgeRebuild(evidence),
    comparedWith: evidence.kind,
    apps: compareAppFolders(rebuilt, fresh.read.files, old?.read.files),
    files: evidence.kind === 'image' ? evidence.files : undefined,
    packages: comparePackages(rebuilt.release.name, packages, fresh.read.files),
  };
}

function imageEvidence(
  from: ComparedImage,
  to: ComparedImage,
): Extract<RebuildEvidence, { readonly kind: 'image' }> {
  const envOf = ({ image }: ComparedImage) => [...image.env].sort().join('\n');
  return {
    kind: 'image',
    fileCount: to.read.tree.entries.size,
    files: compareTrees(from.read, to.read),
    settings: [
      ...(envOf(from) === envOf(to) ? [] : ['environment']),
      ...(from.image.platform === to.image.platform ? [] : ['platform']),
    ],
  };
}

function recordEvidence(
  { image }: Manifest,
  fresh: ImageFiles,
): Extract<RebuildEvidence, { readonly kind: 'record' }> {
  return {
    kind: 'record',
    tree: agree(image.treeDigest, fresh.treeDigest),
    timeless: agree(image.timelessDigest, fresh.timelessDigest),
  };
}

function agree(recorded: string | undefined, now: string): boolean | undefined {
  return recorded === undefined ? undefined : recorded === now;
}

function compareAppFolders(
  { found, release }: RebuiltImage,
  fresh: ImageFiles,
  old: ImageFiles | undefined,
): readonly RebuiltApp[] {
  const apps = recordedApps(release.manifest);
  const matches = matchApps(apps.map(expectedApp), found);
  const folders = new Map([...matches].map(([{ name }, app]) => [name, app.name]));
  return apps.map((app) => {
    const folder = folders.get(app.name) ?? app.name;
    const before: KnownDigests = old?.apps.get(folder) ?? app;
    return { name: app.name, commit: app.commit, files: compareDigests(before, fresh.apps.get(folder)) };
  });
}

type KnownDigests = { readonly [Key in keyof TreeDigests]?: string | undefined };

function compareDigests(before: KnownDigests, after: TreeDigests | undefined): RebuiltApp['files'] {
  if (before.treeDigest === undefined && before.timelessDigest === undefined) return 'unknown';
  if (after === undefined) return 'differ';
  if (before.treeDigest === after.treeDigest) return 'same';
  return before.timelessDigest === after.timelessDigest ? 'times' : 'differ';
}

function comparePackages(
  name: string,
  before: readonly Package[] | undefined,
  fresh: ImageFiles,
): PackagesDiff {
  if (before === undefined)
    return { known: false, why: `${name} has no bill of materials, and its image is not on this engine.` };
  return { known: true, changes: packageChanges(before, fresh.packages.packages) };
}

/** The inputs of the build, as far as both are known. */
function inputChanges(built: BuiltImage, image: ImageDetails, manifest: Manifest): readonly Change[] {
  const { context, image: recorded } = manifest;
  const labelsOf = (labels: Readonly<Record<string, string>>) =>
    Object.entries(labels).map(([name, value]) => [`label ${name}`, value] as const);
  return changesBetween(
    new Map([
      ['context digest', context.digest],
      ['platform', recorded.platform],
      ['builder', manifest.builder.kind],
      ...labelsOf(recorded.labels),
    ]),
    new Map([
      ['context digest', built.context?.digest ?? context.digest],
      ['platform', image.platform],
      ['builder', 'buildkit'],
      ...labelsOf(image.labels),
    ]),
  );
}

function expectedApp({ name, ref, commit, tagObject }: ManifestApp) {
  return { name, ref, commit, ...omitUndefined({ tagObject }) };
}
