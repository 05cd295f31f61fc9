import { join } from 'node:path';
import { billOfMaterials } from '../audit/bill-of-materials.ts';
import type { ImageFiles } from '../audit/image-files.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { writeCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Decision } from './plan-release.ts';
import type { Tools } from './tools.ts';

/**
 * Writes the bill of materials beside the manifest, when the files were read. The manifest stands by then, and the release
 * with it: a bill that can't be written is told of.
 */
export async function recordBill(
  { plan, examination }: Pick<Decision, 'plan' | 'examination'>,
  { manifest, files }: { readonly manifest: Manifest; readonly files: ImageFiles | undefined },
  tools: Tools,
): Promise<void> {
  if (files === undefined) return;
  const { site } = examination;
  const bill = billOfMaterials({
    image: plan.image,
    siteVersion: manifest.siteVersion,
    imageId: manifest.image.id,
    createdAt: manifest.createdAt,
    deBuildVersion: manifest.deBuildVersion,
    apps: manifest.frappe === null ? manifest.apps : [manifest.frappe, ...manifest.apps],
    packages: files.packages,
  });
  const text = `${JSON.stringify(tools.redactor.redactValue(bill), undefined, 2)}\n`;
  try {
    const file = { version: manifest.siteVersion, companion: '.cdx.json' } as const;
    await writeCompanion(join(site.folder, site.config.manifests), file, text);
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    const warning = `The bill of materials is not recorded: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text: warning });
  }
}
