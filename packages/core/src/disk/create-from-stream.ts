import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { syncFolder } from './write-whole.ts';

export interface CreatedFile {
  readonly path: string;
  readonly outcome: 'created' | 'exists';
}

/** Network shares and memory cards do not support hard links. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Writes a stream into a new file of a folder, completely or not at all, as `createWhole` does. `nameOf` is called after the
 * last byte, so that a file can be named after its content.
 * @throws the error of the file system or of the stream; then nothing is left
 */
export async function createFromStream(
  folder: string,
  source: Readable,
  nameOf: () => string,
  mode?: number,
): Promise<CreatedFile> {
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle;
  try {
    file = await open(temporary, 'wx', mode);
  } catch (error) {
    source.destroy();
    throw error;
  }
  try {
    try {
      await writeAll(file, source);
      await file.sync();
    } finally {
      source.destroy();
      await file.close();
    }
    const path = join(folder, nameOf());
    const outcome = await putInPlace(temporary, path);
    await syncFolder(folder).catch(async (error: unknown) => {
      if (outcome === 'created') await unlink(path).catch(() => {});
      throw error;
    });
    return { path, outcome };
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

async function writeAll(file: FileHandle, source: Readable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    for (let from = 0; from < chunk.length; ) {
      const { bytesWritten } = await file.write(chunk, from);
      from += bytesWritten;
    }
  }
}

async function putInPlace(temporary: string, path: string): Promise<CreatedFile['outcome']> {
  try {
    await link(temporary, path);
    return 'created';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'exists';
    if (!WITHOUT_LINKS.includes(code)) throw error;
  }
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) return 'exists';
  await rename(temporary, path);
  return 'created';
}
