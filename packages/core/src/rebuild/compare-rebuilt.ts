import { compareTrees } from '../audit/compare-trees.ts';
import { type ImageFiles, type ReadFiles, readImageFiles, type TreeDigests } from '../audit/image-files.ts';
import type { Package } from '../audit/packages.ts';
import { packagesOfBill } from '../audit/read-bill.ts';
import { packageChanges } from '../diff/package-changes.ts';
import { type Change, changesBetween, type PackagesDiff } from '../diff/release-diff.ts';
import type { BuiltImage, ImageDetails } from '../engine/engine.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { findReleaseImage, isImageOf } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import { matchApps } from '../frappe/compare-apps.ts';
import type { FoundApps } from '../frappe/image-apps.ts';
import { readCompanion } from '../manifests/companion.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import type { Decision } from '../release/plan/plan-release.ts';
import { judgeRebuild, type RebuildEvidence } from './judge-rebuild.ts';
import type { RebuildComparison, RebuiltApp } from './rebuild-report.ts';

/** What is compared. */
export interface RebuiltImage {
  readonly built: BuiltImage;
  readonly found: FoundApps;
  readonly release: RecordedRelease;
  /** What the record is named after. */
  readonly named: string;
}

/** How the rebuilt image stands against the recorded one, and its files for a record of its own. */
export async function compareRebuilt(
  rebuilt: RebuiltImage,
  { engine, examination, plan }: Decision,
  tools: Tools,
): Promise<{ readonly comparison: RebuildComparison; readonly files: ImageFiles | undefined }> {
  const { built, found, release } = rebuilt;
  const { manifest } = release;
  const { benchFolder } = examination.site.config;
  const image = await engine.images.inspect(built.id);
  if (image === undefined) throw new Error(`The engine lost ${built.id} right after it was built.`);
  const inputs = inputChanges(rebuilt, image, plan.builder);
  const appsOf = (status: RebuiltApp['files']): readonly RebuiltApp[] =>
    recordedApps(manifest).map(({ name, commit }) => ({ name, commit, files: status }));
  if (isImageOf(image, manifest)) {
    const comparison: RebuildComparison = {
      ...judgeRebuild({ kind: 'id' }),
      comparedWith: 'id',
      apps: appsOf('same'),
      files: undefined,
      packages: { known: true, changes: [] },
      inputs,
    };
    return { comparison, files: undefined };
  }
  const read = async (id: string): Promise<ReadFiles> =>
    readImageFiles(id, {
      saved: await engine.images.save(id, tools.signal),
      apps: found.keys(),
      benchFolder,
    });
  const fresh = await read(built.id);
  const old = await findReleaseImage(engine, manifest);
  const oldFiles = old === undefined ? undefined : await read(old.id);
  const evidence =
    old === undefined || oldFiles === undefined
      ? recordEvidence(manifest, fresh.files)
      : imageEvidence({ image: old, read: oldFiles }, { image, read: fresh });
  const comparison: RebuildComparison = {
    ...judgeRebuild(evidence),
    comparedWith: evidence.kind,
    apps: compareAppFolders(rebuilt, fresh.files, oldFiles?.files),
    files: evidence.kind === 'image' ? evidence.files : undefined,
    packages: await comparePackages(rebuilt, fresh.files, oldFiles?.files),
    inputs,
  };
  return { comparison, files: fresh.files };
}

function imageEvidence(
  from: { readonly image: ImageDetails; readonly read: ReadFiles },
  to: { readonly image: ImageDetails; readonly read: ReadFiles },
): Extract<RebuildEvidence, { kind: 'image' }> {
  const envOf = ({ image }: typeof from) => [...image.env].sort().join('\n');
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

function recordEvidence({ image }: Manifest, fresh: ImageFiles): RebuildEvidence {
  return {
    kind: 'record',
    tree: image.treeDigest === undefined ? undefined : image.treeDigest === fresh.treeDigest,
    timeless: image.timelessDigest === undefined ? undefined : image.timelessDigest === fresh.timelessDigest,
  };
}

function compareAppFolders(
  { found, release }: RebuiltImage,
  fresh: ImageFiles,
  old: ImageFiles | undefined,
): readonly RebuiltApp[] {
  const apps = recordedApps(release.manifest);
  const matches = matchApps(apps.map(expected), found);
  const folders = new Map([...matches].map(([{ name }, app]) => [name, app.name]));
  return apps.map((app) => {
    const folder = folders.get(app.name) ?? app.name;
    const before: KnownDigests = old?.apps.get(folder) ?? app;
    return { name: app.name, commit: app.commit, files: statusOf(before, fresh.apps.get(folder)) };
  });
}

type KnownDigests = { readonly [Key in keyof TreeDigests]?: string | undefined };

function statusOf(before: KnownDigests, after: TreeDigests | undefined): RebuiltApp['files'] {
  if (before.treeDigest === undefined && before.timelessDigest === undefined) return 'unknown';
  if (after === undefined) return 'differ';
  if (before.treeDigest === after.treeDigest) return 'same';
  return before.timelessDigest === after.timelessDigest ? 'times' : 'differ';
}

async function comparePackages(
  { release, named }: RebuiltImage,
  fresh: ImageFiles,
  old: ImageFiles | undefined,
): Promise<PackagesDiff> {
  const before = old?.packages.packages ?? (await recordedPackages(release, named));
  if (before === undefined) {
    return { known: false, why: `${named} has no bill of materials, and its image is not on this engine.` };
  }
  return { known: true, changes: packageChanges(before, fresh.packages.packages) };
}

async function recordedPackages(
  { records }: RecordedRelease,
  named: string,
): Promise<readonly Package[] | undefined> {
  const bill = await readCompanion(records, { version: named, companion: '.cdx.json' });
  return bill === undefined ? undefined : packagesOfBill(bill);
}

/** What went in, as far as it is known once more. */
function inputChanges(
  { built, release: { manifest } }: RebuiltImage,
  image: ImageDetails,
  builder: string,
): readonly Change[] {
  const { context, image: recorded } = manifest;
  const labels = Object.entries(recorded.labels).map(([name, value]) => [`label ${name}`, value] as const);
  const now = Object.entries(image.labels).map(([name, value]) => [`label ${name}`, value] as const);
  return changesBetween(
    new Map([
      ['context digest', context.digest],
      ['platform', recorded.platform],
      ['builder', manifest.builder.kind],
      ...labels,
    ]),
    new Map([
      ['context digest', built.context?.digest ?? context.digest],
      ['platform', image.platform],
      ['builder', builder],
      ...now,
    ]),
  );
}

function recordedApps({ frappe, apps }: Manifest): readonly ManifestApp[] {
  return frappe === null ? apps : [frappe, ...apps];
}

function expected({ name, ref, commit, tagObject }: ManifestApp) {
  return { name, ref, commit, ...(tagObject === undefined ? {} : { tagObject }) };
}
