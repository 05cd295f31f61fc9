import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface WriteOptions {
  /** Permission bits, e.g. `0o600`. Default: those of the file being replaced, else 0o666 less the umask. */
  readonly mode?: number;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part, even after a power failure: a temporary
 * file next to it, fsync, rename(2), fsync of the folder. A replaced file keeps its permission bits. A symbolic link is
 * replaced by a file.
 *
 * @throws the file system's own error (`ENOSPC`, `EACCES`, `EROFS`, …). The target is then unchanged, and the temporary
 * file is removed. Only when the last fsync fails, that of the folder, is the new content in place, and a power failure may
 * still undo it.
 */
export async function writeWhole(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const mode = options.mode ?? (await modeOf(path));
  const temporary = await writeTemporary(path, data, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Like `writeWhole`, for a file that must not exist yet: of several writers exactly one gets `created`, and nothing is ever
 * overwritten (link(2) refuses an existing name).
 *
 * @throws the file system's own error; then nothing is left. An existing file is not an error but the result `exists`.
 */
export async function createWhole(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<'created' | 'exists'> {
  const temporary = await writeTemporary(path, data, options.mode);
  try {
    await link(temporary, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'exists';
    throw error;
  } finally {
    await discard(temporary);
  }
  await syncFolder(dirname(path)).catch(async (error: unknown) => {
    await discard(path);
    throw error;
  });
  return 'created';
}

async function writeTemporary(
  path: string,
  data: string | Uint8Array,
  mode: number | undefined,
): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', mode ?? 0o666);
    if (mode !== undefined) await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
    await file.close();
  } catch (error) {
    if (file !== undefined) {
      await file.close().catch(() => {});
      await discard(temporary);
    }
    throw error;
  }
  return temporary;
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o7777;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A rename is on disk only once its folder is. Some file systems (SMB, some FUSE) cannot sync a folder: EINVAL. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/** The first error is the one to report, so a file that cannot be removed is left. */
async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
