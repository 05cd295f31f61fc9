import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Why no file can be created in a folder. */
export interface WriteObstacle {
  /** The folder itself, or the nearest one above it that exists. */
  readonly folder: string;
  /** `EACCES`, `EROFS`, `ENOTDIR`, … */
  readonly code: string;
}

/** What prevents writing into a folder, or creating it; found without writing. `undefined` when nothing is found. */
export async function findWriteObstacle(folder: string): Promise<WriteObstacle | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return { folder, code: 'ENOTDIR' };
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
    const above = dirname(folder);
    return code === 'ENOENT' && above !== folder ? findWriteObstacle(above) : { folder, code };
  }
}
