import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The names that `write-whole.ts` and `create-from-stream.ts` give to incomplete files. */
const TEMPORARY = /^\.(?:(.+)\.)?[0-9a-f]{12}\.tmp$/;

/**
 * Our incomplete files in a folder: their writer is still writing, or died. None where the folder does not exist.
 * @param isOurs by the final name of the file; `undefined` when it was to be named after its content
 */
export async function findTemporaryFiles(
  folder: string,
  isOurs: (name: string | undefined) => boolean = () => true,
): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return names
    .filter((name) => {
      const found = TEMPORARY.exec(name);
      return found !== null && isOurs(found[1]);
    })
    .sort()
    .map((name) => join(folder, name));
}
