import { isDeBuildError } from '../errors/de-build-error.ts';
import { writeCompanion } from '../manifests/companion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { provenanceOf } from '../manifests/provenance.ts';
import type { Tools } from './tools.ts';

/**
 * Writes where the image came from beside the manifest. The manifest stands by then, and the release with it: a statement
 * that can't be written is told of, as it says nothing that the manifest does not.
 */
export async function recordProvenance(
  folder: string,
  manifest: Manifest,
  tools: Pick<Tools, 'redactor' | 'emit'>,
): Promise<void> {
  const statement = tools.redactor.redactValue(provenanceOf(manifest));
  try {
    const file = { version: manifest.siteVersion, companion: '.intoto.json' } as const;
    await writeCompanion(folder, file, `${JSON.stringify(statement, undefined, 2)}\n`);
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    const text = `The provenance is not recorded: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
  }
}
