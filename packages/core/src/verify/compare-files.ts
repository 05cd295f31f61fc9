import { recordedApps } from '../apps/all-apps.ts';
import { digestFolder, treeOf } from '../audit/image-tree.ts';
import type { Engine, ImageDetails } from '../engine/engine.ts';
import { announceTransfer } from '../flow/announce-transfer.ts';
import { readEngineImage } from '../flow/read-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { comparePoint, type VerifiedPoint } from './verified-point.ts';

/** Compares all files of the image with the digests of the record; reads the image only when the record has any. */
export async function compareFiles(
  manifest: Manifest,
  at: {
    readonly engine: Pick<Engine, 'images' | 'about'>;
    readonly image: ImageDetails;
    readonly benchFolder: string;
    readonly folders: ReadonlyMap<string, string>;
  },
  { emit, signal }: Pick<Tools, 'emit' | 'signal'>,
): Promise<readonly VerifiedPoint[]> {
  const recorded = manifest.image;
  const withDigest = recordedApps(manifest).filter((app) => app.treeDigest !== undefined);
  if (recorded.treeDigest === undefined && withDigest.length === 0) {
    return [{ id: 'files', status: 'unknown', why: 'The release was recorded without its files.' }];
  }
  const named = { ...at.image, name: recorded.reference };
  const takeNote = () => undefined;
  await announceTransfer(at.engine, named, { emit });
  const tree = treeOf(await readEngineImage(at.engine.images, named, { emit, signal, takeNote }));
  const digestOf = ({ name }: ManifestApp) =>
    digestFolder(tree, `${at.benchFolder}/apps/${at.folders.get(name) ?? name}`);
  return [
    comparePoint({ id: 'files' }, recorded.treeDigest, tree.digest),
    ...withDigest.map((app) =>
      comparePoint({ id: 'app-files', subject: app.name }, app.treeDigest, digestOf(app)),
    ),
  ];
}
