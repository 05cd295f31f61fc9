import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ifMissing } from '../disk/if-missing.ts';

/** SHA-256 of each file that is there, by its path. */
export async function digestFiles(paths: readonly string[]): Promise<Record<string, string>> {
  const digests = await Promise.all(
    paths.map(async (path) => {
      const bytes = await ifMissing(readFile(path), undefined);
      return bytes === undefined ? [] : [[path, createHash('sha256').update(bytes).digest('hex')] as const];
    }),
  );
  return Object.fromEntries(digests.flat());
}
