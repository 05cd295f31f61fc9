import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownSpace } from '../disk/process-alive.ts';
import { temporaryFolderNotRemoved, temporaryFolderNotWritten } from '../errors/temporary-failures.ts';
import { HOME_PREFIX, placesOfHomes } from './left-homes.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Makes a folder (0700), calls `use`, and removes the folder, whatever happens.
 * @throws DeBuildError when it can be made nowhere, or stays; what `use` throws
 */
export async function withTemporaryFolder<T>(
  environment: Environment,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder(environment);
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const used = await use(folder).catch(async (error: unknown) => {
    // The first failure is told; the next run removes what this leaves.
    await remove().catch(() => {});
    throw error;
  });
  await remove().catch((error: unknown) => {
    throw temporaryFolderNotRemoved(folder, error);
  });
  return used;
}

/** In memory (`XDG_RUNTIME_DIR`) where the system offers that, so that a token is not left on disk by a kill -9. */
async function makeFolder(environment: Environment): Promise<string> {
  const name = `${HOME_PREFIX}${await ownSpace()}-${process.pid}-`;
  for (const place of placesOfHomes(environment)) {
    try {
      return await mkdtemp(join(place, name));
    } catch {
      // Not there or not writable, as under sudo: the next place will do.
    }
  }
  return mkdtemp(join(LAST_PLACE, name)).catch((error: unknown) => {
    throw temporaryFolderNotWritten(LAST_PLACE, error);
  });
}

const LAST_PLACE = '/tmp';
