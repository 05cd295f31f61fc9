import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../disk/if-missing.ts';
import { createWhole, writeWhole } from '../disk/write-whole.ts';
import { companionNotWritten } from '../errors/manifest-failures.ts';

/** The files next to a manifest: the bill of materials, the provenance, and the list of archives. */
export const COMPANIONS = ['.cdx.json', '.intoto.json', '.archives.json'] as const;

export type Companion = (typeof COMPANIONS)[number];

/**
 * Writes a file next to the manifest of a version. Call it only after writing that manifest: an existing file is replaced,
 * because it then belongs to no release.
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

/** `undefined` when it does not exist or cannot be read. */
export async function readCompanion(
  folder: string,
  file: { readonly version: string; readonly companion: Companion },
): Promise<string | undefined> {
  return readFile(join(folder, `${file.version}${file.companion}`), 'utf8').catch(() => undefined);
}

/** Renames the companions of a record. */
export async function moveCompanions(folder: string, from: string, to: string): Promise<void> {
  for (const companion of COMPANIONS)
    await ifMissing(
      rename(join(folder, `${from}${companion}`), join(folder, `${to}${companion}`)),
      undefined,
    );
}

/** `1.4.0-rc.1.cdx` is a valid version, so a companion could be taken for a record. */
export function isCompanion(fileName: string): boolean {
  return COMPANIONS.some((companion) => fileName.endsWith(companion));
}
