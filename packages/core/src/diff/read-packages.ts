import { treeOf } from '../audit/image-tree.ts';
import { notePackages, type Package, packagesOf } from '../audit/packages.ts';
import { packagesOfBill } from '../audit/read-bill.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { readEngineImage } from '../flow/read-image.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import type { Tools } from '../flow/tools.ts';
import { readCompanion } from '../manifests/companion.ts';

export type ReadPackages =
  | { readonly packages: readonly Package[]; readonly why?: undefined }
  | { readonly packages?: undefined; readonly why: string };

/** The packages of a release: from its bill of materials, or from its image where the engine still has it. */
export async function readPackages(release: RecordedRelease, tools: Tools): Promise<ReadPackages> {
  const packages = await recordedPackages(release);
  return packages === undefined ? readFromImage(release, tools) : { packages };
}

/** From its bill of materials; `undefined` when it has none. */
export async function recordedPackages({
  site,
  name,
}: Pick<RecordedRelease, 'site' | 'name'>): Promise<readonly Package[] | undefined> {
  const bill = await readCompanion(site.records, { version: name, companion: '.cdx.json' });
  return bill === undefined ? undefined : packagesOfBill(bill);
}

async function readFromImage({ manifest }: RecordedRelease, tools: Tools): Promise<ReadPackages> {
  const { siteVersion, image } = manifest;
  const missing = `${siteVersion} has no bill of materials`;
  try {
    const engine = await tools.engine();
    // A bill of materials is that of the first platform, too.
    const images = image.otherPlatforms ? engine.images.forPlatform(image.platform) : engine.images;
    const details = await images.inspect(image.id);
    if (details === undefined) return { why: `${missing}, and its image is not on this engine.` };
    const named = { ...details, name: image.reference };
    return packagesOf(treeOf(await readEngineImage(images, named, { ...tools, takeNote: notePackages })));
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    return { why: `${missing}, and its image cannot be read: ${error.what}` };
  }
}
