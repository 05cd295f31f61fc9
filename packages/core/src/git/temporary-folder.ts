import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, ownSpace } from '../disk/process-alive.ts';
import { temporaryFolderNotRemoved, temporaryFolderNotWritten } from '../errors/temporary-failures.ts';
import type { Environment } from '../process/environment.ts';

const LAST_PLACE = '/tmp';

/** In memory (`XDG_RUNTIME_DIR`) where the system has that, so that a kill -9 leaves no token on disk. */
function placesIn({ XDG_RUNTIME_DIR, TMPDIR }: Environment): readonly string[] {
  return [...[XDG_RUNTIME_DIR, TMPDIR].filter((place) => place?.startsWith('/')), LAST_PLACE] as string[];
}

/**
 * Creates a folder (0700), calls `use`, and removes the folder in every case.
 * @throws DeBuildError `temporary-folder-not-written`, `temporary-folder-not-removed`; what `use` throws
 */
export async function withTemporaryFolder<T>(
  environment: Environment,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder(environment);
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const used = await use(folder).catch(async (error: unknown) => {
    // The first failure is reported; the next run removes what this leaves.
    await remove().catch(() => {});
    throw error;
  });
  await remove().catch((error: unknown) => {
    throw temporaryFolderNotRemoved(folder, error);
  });
  return used;
}

async function makeFolder(environment: Environment): Promise<string> {
  const name = `de-build-git-${await ownSpace()}-${process.pid}-`;
  let failure: unknown;
  for (const place of placesIn(environment)) {
    try {
      return await mkdtemp(join(place, name));
    } catch (error) {
      // A place may be missing or not writable, for example under sudo.
      failure = error;
    }
  }
  throw temporaryFolderNotWritten(LAST_PLACE, failure);
}

/**
 * Folders of processes of this user that have ended: each may hold a credential.
 * @returns absolute paths
 */
export async function findLeftoverFolders(environment: Environment): Promise<readonly string[]> {
  const space = await ownSpace();
  const found: string[] = [];
  for (const place of new Set(placesIn(environment))) {
    for (const name of await readdir(place).catch(() => [])) {
      const [, where, pid] = /^de-build-git-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
      if (where !== space || isAlive(Number(pid))) continue;
      const path = join(place, name);
      const info = await lstat(path).catch(() => undefined);
      if (info?.isDirectory() === true && info.uid === process.getuid?.()) found.push(path);
    }
  }
  return found.sort();
}
