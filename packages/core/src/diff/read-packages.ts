import { readImageTree } from '../audit/image-tree.ts';
import { notePackages, type Package, packagesOf } from '../audit/packages.ts';
import { packagesOfBill } from '../audit/read-bill.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Tools } from '../flow/tools.ts';
import { readCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';

export type ReadPackages =
  | { readonly packages: readonly Package[]; readonly why?: undefined }
  | { readonly packages?: undefined; readonly why: string };

/** The packages of a release: from its bill of materials, else from its image when the engine still has it. */
export async function readPackages(
  manifest: Manifest,
  record: { readonly folder: string; readonly release: string },
  tools: Tools,
): Promise<ReadPackages> {
  const bill = await readCompanion(record.folder, { version: record.release, companion: '.cdx.json' });
  const packages = bill === undefined ? undefined : packagesOfBill(bill);
  return packages === undefined ? readFromImage(manifest, tools) : { packages };
}

async function readFromImage({ siteVersion, image }: Manifest, tools: Tools): Promise<ReadPackages> {
  const missing = `${siteVersion} has no bill of materials`;
  try {
    const { images } = await tools.engine();
    if ((await images.inspect(image.id)) === undefined) {
      return { why: `${missing}, and its image is not on this engine.` };
    }
    tools.emit({ type: 'notice', level: 'info', text: `Reading the packages of ${image.reference}` });
    const saved = await images.save(image.id, tools.signal);
    return packagesOf(await readImageTree(image.reference, saved, notePackages));
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    return { why: `${missing}, and its image cannot be read: ${error.what}` };
  }
}
