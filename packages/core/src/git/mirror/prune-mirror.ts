import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { takeLock } from '../../disk/kernel-lock.ts';
import { mirrorBusy } from '../../errors/mirror-failures.ts';
import { createLocalGit } from './local-git.ts';
import { type PrunedRepository, pruneRepository, removeLeftovers } from './prune-repository.ts';

export interface PruneMirrorRequest {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Commits that stay, whatever repository they are of. */
  readonly keep: ReadonlySet<string>;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface PrunedRepositories {
  /** Those that had something to give up, by name. */
  readonly repositories: readonly PrunedRepository[];
  /** `null` where it cannot be foretold. */
  readonly freedBytes: number | null;
}

const LOCK_SECONDS = 600;

/**
 * Drops every pin of a mirror but those that are named. No release may be under way meanwhile: it has pins that no record
 * names yet.
 * @throws DeBuildError `mirror-*`; the signal's reason
 */
export async function pruneRepositories(
  folder: string,
  request: PruneMirrorRequest,
): Promise<PrunedRepositories> {
  const { environment, keep, dryRun, signal } = request;
  const root = resolve(folder);
  const names = await readdir(root).catch(() => [] as string[]);
  const git = createLocalGit(root, environment);
  const repositories: PrunedRepository[] = [];
  let freedBytes: number | null = dryRun || names.length === 0 ? 0 : await removeLeftovers(root);
  for (const name of names.filter((each) => each.endsWith('.git')).sort()) {
    signal.throwIfAborted();
    const repository = join(root, name);
    const prune = () =>
      pruneRepository(git, repository, { keeps: (commit) => keep.has(commit), dryRun, signal });
    const pruned = dryRun ? await prune() : await underLock(repository, request, prune);
    if (pruned === undefined) continue;
    repositories.push(pruned);
    freedBytes = freedBytes === null || pruned.freedBytes === null ? null : freedBytes + pruned.freedBytes;
  }
  return { repositories, freedBytes };
}

async function underLock<T>(
  repository: string,
  { environment, signal }: PruneMirrorRequest,
  use: () => Promise<T>,
): Promise<T> {
  const timeoutMs = LOCK_SECONDS * 1000;
  const unlock = await takeLock(`${repository}.lock`, { environment, signal, timeoutMs });
  if (unlock === undefined) throw mirrorBusy(repository, LOCK_SECONDS);
  try {
    return await use();
  } finally {
    await unlock();
  }
}
