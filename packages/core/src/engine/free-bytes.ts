import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Bytes that this user may still write on the disk that holds the folder; asked of the nearest folder above that can
 * be seen. `undefined` when the system does not tell.
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
