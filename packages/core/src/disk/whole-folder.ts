import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolders } from './make-folders.ts';
import { syncFolder } from './write-whole.ts';

/**
 * Makes a folder with its content completely or not at all: under a temporary name, which it loses when everything is written.
 * The files must be on disk by then, as those of `write-whole.ts` are.
 * @throws what `write` throws; the error of the file system
 */
export function createWholeFolder<Result>(
  path: string,
  write: (folder: string) => Promise<Result>,
): Promise<Result> {
  return withTemporaryFolder(dirname(path), basename(path), async (folder) => {
    const result = await write(folder);
    await syncFolder(folder);
    await rename(folder, path);
    await syncFolder(dirname(path));
    return result;
  });
}

/** Runs a function with an empty folder, which is removed afterwards unless it was renamed. */
export async function withTemporaryFolder<Result>(
  parent: string,
  name: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = temporaryName(parent, name);
  await makeFolders(folder, 0o700);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes a folder so that nobody sees a part of it. */
export async function removeWholeFolder(path: string): Promise<void> {
  const removed = temporaryName(dirname(path), basename(path));
  await rename(path, removed);
  await rm(removed, { recursive: true, force: true });
}

/** As `temporary-files.ts` knows them. */
function temporaryName(parent: string, name: string): string {
  return join(parent, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
}
