import { recordedApps } from '../apps/all-apps.ts';
import type { DeploymentVerdict } from '../frappe/judge-deployment.ts';
import type { CommitsBetween } from '../git/commits-between.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { recordedPlatforms } from '../manifests/recorded-platforms.ts';

/** What changed between two releases. */
export interface ReleaseDiff {
  readonly from: DiffedRelease;
  readonly to: DiffedRelease;
  readonly apps: {
    readonly added: readonly DiffedApp[];
    readonly removed: readonly DiffedApp[];
    readonly moved: readonly MovedApp[];
    /** Names of those at the same commit of the same repository. */
    readonly same: readonly string[];
  };
  readonly baseImages: readonly Change[];
  readonly buildArgs: readonly Change[];
  /** The Containerfile, the context, the site's own commit and the like, where they differ. */
  readonly inputs: readonly Change[];
  readonly packages: PackagesDiff;
  readonly deployment: DeploymentVerdict;
}

export interface DiffedRelease {
  readonly siteVersion: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly reference: string;
  readonly imageId: string;
  readonly sizeBytes: number;
}

export interface DiffedApp {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly commit: string;
  readonly version: string | null;
}

/** An app that comes from another commit, ref or repository than before. */
export interface MovedApp {
  readonly name: string;
  readonly from: DiffedApp;
  readonly to: DiffedApp;
  /** Web page of the commits between; `null` for an unknown host. */
  readonly compareUrl: string | null;
  /** What is between the two commits, or why that is not known. */
  readonly commits: CommitsBetween;
  /** Files that differ between the two commits; `null` when they are not available. */
  readonly changedFiles: readonly string[] | null;
}

/** `null`: it did not exist, or no longer does. */
export interface Change {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export type PackagesDiff =
  | { readonly known: true; readonly changes: readonly PackageChange[] }
  /** One of the two has neither a bill of materials nor an image on the engine. */
  | { readonly known: false; readonly why: string };

export interface PackageChange extends Change {
  readonly ecosystem: 'python' | 'node' | 'debian';
}

/** Everything but packages, commits and the verdict. */
export function compareManifests(from: Manifest, to: Manifest) {
  const before = new Map(recordedApps(from).map((app) => [app.name, app]));
  const after = new Map(recordedApps(to).map((app) => [app.name, app]));
  const both = [...after.values()].flatMap((app) => {
    const old = before.get(app.name);
    return old === undefined ? [] : [{ name: app.name, from: diffed(old), to: diffed(app) }];
  });
  return {
    from: releaseOf(from),
    to: releaseOf(to),
    added: [...after.values()].filter(({ name }) => !before.has(name)).map(diffed),
    removed: [...before.values()].filter(({ name }) => !after.has(name)).map(diffed),
    moved: both.filter((pair) => !isSame(pair.from, pair.to)),
    same: both.filter((pair) => isSame(pair.from, pair.to)).map(({ name }) => name),
    baseImages: changesBetween(basesOf(from), basesOf(to)),
    buildArgs: changesBetween(buildArgsOf(from), buildArgsOf(to)),
    inputs: changesBetween(inputsOf(from), inputsOf(to)),
  };
}

function isSame(from: DiffedApp, to: DiffedApp): boolean {
  return from.commit === to.commit && from.url === to.url && from.ref === to.ref;
}

/** By name; in the order of the second, then what only the first has. */
export function changesBetween(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly Change[] {
  return [...new Set([...to.keys(), ...from.keys()])]
    .map((name) => ({ name, from: from.get(name) ?? null, to: to.get(name) ?? null }))
    .filter((change) => change.from !== change.to);
}

function diffed({ name, url, ref, commit, version }: ManifestApp): DiffedApp {
  return { name, url, ref, commit, version };
}

function releaseOf({ siteVersion, createdAt, image }: Manifest): DiffedRelease {
  const { reference, id, sizeBytes } = image;
  return { siteVersion, createdAt, reference, imageId: id, sizeBytes };
}

function basesOf({ image }: Manifest): ReadonlyMap<string, string> {
  return new Map(image.baseImages.map(({ reference, digest }) => [reference, digest ?? 'unknown']));
}

function buildArgsOf({ buildArgs }: Manifest): ReadonlyMap<string, string> {
  const shown = Object.entries(buildArgs).map(
    ([name, arg]) => [name, 'value' in arg ? arg.value : '[redacted]'] as const,
  );
  // It follows from the commits.
  return new Map(shown.filter(([name]) => name !== 'CACHE_BUST').sort(([a], [b]) => (a < b ? -1 : 1)));
}

function inputsOf(manifest: Manifest) {
  const { containerfile, context, dialect, site, image, builder, repositories = [] } = manifest;
  const cloned = repositories.filter(({ app }) => app === undefined);
  return new Map([
    ['Containerfile', containerfile.path],
    ['Containerfile digest', containerfile.digest],
    ['context digest', context.digest],
    ['dialect', dialect],
    [
      'platform',
      recordedPlatforms(image)
        .map(({ platform }) => platform)
        .join(', '),
    ],
    ['builder', `${builder.kind} of ${builder.engineProduct} ${builder.engineVersion}`],
    ...cloned.map(({ url, ref, commit }) => [`cloned ${url} ${ref}`, commit] as const),
    ...(site.commit === null ? [] : [['site commit', site.commit] as const]),
  ]);
}
