import { digestFolder, readImageTree } from '../audit/image-tree.ts';
import type { Images } from '../engine/engine.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { comparePoint, type VerifiedPoint } from './verified-point.ts';

/** All files of the image against the digests of the record: reads the image when the record has any. */
export async function compareFiles(
  { image: recorded, frappe, apps }: Manifest,
  at: {
    readonly images: Images;
    readonly imageId: string;
    readonly benchFolder: string;
    readonly folders: ReadonlyMap<string, string>;
    readonly signal: AbortSignal;
  },
): Promise<readonly VerifiedPoint[]> {
  const all = frappe === null ? apps : [frappe, ...apps];
  const withDigest = all.filter((app) => app.treeDigest !== undefined);
  if (recorded.treeDigest === undefined && withDigest.length === 0) {
    return [{ id: 'files', status: 'unknown', why: 'The release was recorded without its files.' }];
  }
  const tree = await readImageTree(recorded.reference, await at.images.save(at.imageId, at.signal));
  const digestOf = ({ name }: ManifestApp) =>
    digestFolder(tree, `${at.benchFolder}/apps/${at.folders.get(name) ?? name}`);
  return [
    comparePoint({ id: 'files' }, recorded.treeDigest, tree.digest),
    ...withDigest.map((app) =>
      comparePoint({ id: 'app-files', subject: app.name }, app.treeDigest, digestOf(app)),
    ),
  ];
}
