import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole, writeWhole } from '../disk/write-whole.ts';
import { companionNotWritten } from '../errors/manifest-failures.ts';

/** What may stand beside a manifest: the bill of materials, the provenance, and the list of archives. */
export const COMPANIONS = ['.cdx.json', '.intoto.json', '.archives.json'] as const;

export type Companion = (typeof COMPANIONS)[number];

/**
 * Writes a file beside the manifest of a version, whole. Only who has just written that manifest may call it: what
 * stands there by then belongs to no release.
 * @returns the file's path
 * @throws DeBuildError `companion-not-written`
 */
export async function writeCompanion(
  folder: string,
  file: { readonly version: string; readonly companion: Companion },
  text: string,
): Promise<string> {
  const path = join(folder, `${file.version}${file.companion}`);
  try {
    if ((await createWhole(path, text)) === 'exists') await writeWhole(path, text);
  } catch (error) {
    throw companionNotWritten(path, error);
  }
  return path;
}

/** `undefined` when there is none, or it cannot be read. */
export async function readCompanion(
  folder: string,
  file: { readonly version: string; readonly companion: Companion },
): Promise<string | undefined> {
  try {
    return await readFile(join(folder, `${file.version}${file.companion}`), 'utf8');
  } catch {
    return undefined;
  }
}

/** They go where their manifest goes. */
export async function moveCompanions(folder: string, from: string, to: string): Promise<void> {
  for (const companion of COMPANIONS) {
    try {
      await rename(join(folder, `${from}${companion}`), join(folder, `${to}${companion}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** `1.4.0-rc.1.cdx` would be the name of a version, too. */
export function isCompanion(fileName: string): boolean {
  return COMPANIONS.some((companion) => fileName.endsWith(companion));
}
