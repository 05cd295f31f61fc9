import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { takeLock } from '../../disk/kernel-lock.ts';
import { findTemporaryFiles } from '../../disk/temporary-files.ts';
import { mirrorBusy } from '../../errors/mirror-failures.ts';
import { removeStaleLocks } from './mirror-repository.ts';
import { repositoryOfGone } from './prune-repository.ts';

/** What a run left in the mirror when it died while it fetched. */
export interface MirrorLeftover {
  readonly path: string;
  /** Half a download, and so on. */
  readonly what: string;
  readonly repository: string;
}

/** Looks through the repositories of a mirror; it need not exist. */
export async function findMirrorLeftovers(folder: string): Promise<readonly MirrorLeftover[]> {
  const names = await namesIn(folder);
  const repositories = names.filter((name) => name.endsWith('.git'));
  const found = await Promise.all(repositories.map((name) => lookThrough(join(folder, name))));
  const gone = names.flatMap((name) => {
    const repository = repositoryOfGone(name);
    if (repository === undefined) return [];
    const what = 'a repository that was being removed';
    return [{ path: join(folder, name), what, repository: join(folder, repository) }];
  });
  return [...found.flat(), ...gone];
}

async function lookThrough(repository: string): Promise<MirrorLeftover[]> {
  const downloads = await namesIn(join(repository, 'incoming'));
  const refs = await readdir(join(repository, 'refs'), { recursive: true }).catch(() => []);
  const locks = [...(await namesIn(repository)), ...refs.map((name) => join('refs', name))];
  const written = await Promise.all(
    ['', 'sealed'].map((inside) => findTemporaryFiles(join(repository, inside))),
  );
  return [
    ...downloads.map((name) => ({ path: join(repository, 'incoming', name), what: 'half a download' })),
    ...locks
      .filter((name) => name.endsWith('.lock'))
      .map((name) => ({ path: join(repository, name), what: 'the lock file of a git that was killed' })),
    ...written.flat().map((path) => ({ path, what: 'a file that was not written to its end' })),
  ].map((leftover) => ({ ...leftover, repository }));
}

/**
 * Only while no run is at work on the site. A git that outlived its run is given time to end.
 * @throws DeBuildError `mirror-busy`, `lock-*`
 */
export async function removeMirrorLeftover(
  { path, repository }: MirrorLeftover,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const unlock = await takeLock(`${repository}.lock`, { environment, timeoutMs: PATIENCE_MS });
  if (unlock === undefined) throw mirrorBusy(repository, PATIENCE_MS / 1000);
  try {
    if (path.endsWith('.lock')) await removeStaleLocks(repository);
    else await rm(path, { recursive: true, force: true });
  } finally {
    await unlock();
  }
}

const PATIENCE_MS = 2000;

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
