import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** How `write-whole.ts` and `create-from-stream.ts` call what is not whole yet. */
const TEMPORARY = /^\.(?:(.+)\.)?[0-9a-f]{12}\.tmp$/;

/**
 * Files of ours in a folder that were never renamed: whoever wrote them is at it, or died. None where there is no such folder.
 * @param isOurs by the name that the file would have got; without one it was to be named after its content
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
