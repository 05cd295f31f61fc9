import type { Redactor } from '../secrets/redactor.ts';
import type { Manifest } from './manifest.ts';
import { writeRecord } from './manifest-store.ts';
import { recordText } from './manifest-text.ts';

/** Records a manifest as a release does. */
export async function writeManifest(
  folder: string,
  manifest: Manifest,
  { redactor, isReplacing = false }: { readonly redactor?: Redactor; readonly isReplacing?: boolean } = {},
): Promise<string> {
  return writeRecord(folder, {
    version: manifest.siteVersion,
    text: recordText(manifest, redactor),
    isReplacing,
  });
}
