import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Bytes that this user may still write on the disk of the folder, or of the nearest visible folder above it.
 * `undefined` when the system does not report them.
 */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder, { bigint: true });
    return Number(bavail * bsize);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(folder);
    const isHidden = code === 'ENOENT' || code === 'EACCES';
    return isHidden && above !== folder ? freeBytes(above) : undefined;
  }
}
