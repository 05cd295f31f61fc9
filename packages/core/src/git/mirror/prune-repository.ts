import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { canWalk } from './check-pin.ts';
import type { LocalGit } from './local-git.ts';
import { dropPins, listPins, writeShallow } from './mirror-repository.ts';

/** What a repository of the mirror gave up, or would. */
export interface PrunedRepository {
  /** Name of its folder in the mirror: `github.com-frappe-erpnext-0123456789ab.git`. */
  readonly name: string;
  /** Commits whose pins go. */
  readonly dropped: readonly string[];
  /** How many pinned commits stay. */
  readonly kept: number;
  /** Bytes on disk; foretold where nothing is changed, and `null` where this git cannot foretell it. */
  readonly freedBytes: number | null;
  /** Something that stays is damaged, so all was left as it is: the next fetch mends it. */
  readonly isDamaged: boolean;
}

export interface PruneRequest {
  /** Commits that stay. */
  readonly keeps: (commit: string) => boolean;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Stands in a repository from before its first pin goes until its objects are gone, too. */
const UNFINISHED = 'prune-unfinished';

/**
 * Drops the pins of commits that need not stay, and what only they needed. Wherever it is cut off, what stays is whole, and
 * the next run goes on. Whoever reads from the repository meanwhile is not disturbed: git looks for an object in the
 * new pack when the old one is gone. Only under the repository's lock.
 * @returns `undefined` when there is nothing to do
 */
export async function pruneRepository(
  git: LocalGit,
  repository: string,
  request: PruneRequest,
): Promise<PrunedRepository | undefined> {
  const { keeps, dryRun, signal } = request;
  const pins = await listPins(git, repository);
  const commits = [...new Set(pins.map(({ commit }) => commit))];
  const dropped = commits.filter((commit) => !keeps(commit));
  const kept = pins.filter(({ commit }) => keeps(commit)).map(({ object }) => object);
  if (dropped.length === 0 && !(await hasLeftovers(repository))) return undefined;
  const told = { name: basename(repository), dropped, kept: commits.length - dropped.length };

  for (const object of kept) {
    const isWhole = await canWalk(git, repository, { object, signal });
    if (!isWhole) return { ...told, dropped: [], freedBytes: 0, isDamaged: true };
  }
  if (dryRun) {
    const all = pins.map(({ object }) => object);
    const freedBytes = await foretell(git, repository, { all, kept, signal });
    return { ...told, freedBytes, isDamaged: false };
  }
  signal.throwIfAborted();
  const before = await sizeOf(repository);
  if (kept.length === 0) {
    await removeRepository(repository);
    return { ...told, freedBytes: before, isDamaged: false };
  }
  await writeFile(join(repository, UNFINISHED), '');
  await rm(join(repository, 'incoming'), { recursive: true, force: true });
  await dropPins(git, repository, dropped);
  await removeNamespaces(repository, keeps);
  await writeShallow(git, repository);
  for (const commit of dropped) await rm(join(repository, 'sealed', `${commit}.json`), { force: true });
  // All that is reachable goes into one new pack, which is written and synced before the old ones go.
  await git.run(repository, ['-c', 'repack.writeBitmaps=false', 'repack', '-a', '-d', '-q'], signal);
  await rm(join(repository, UNFINISHED), { force: true });
  return { ...told, freedBytes: Math.max(0, before - (await sizeOf(repository))), isDamaged: false };
}

/** What a cut-off run left of pins that go: the HEAD of a namespace, pointing at nothing. */
async function removeNamespaces(repository: string, keeps: PruneRequest['keeps']): Promise<void> {
  const folder = join(repository, 'refs', 'namespaces');
  for (const commit of await readdir(folder).catch(() => []))
    if (!keeps(commit)) await rm(join(folder, commit), { recursive: true, force: true });
}

/** Of a prune, or of a fetch, that was cut off. */
async function hasLeftovers(repository: string): Promise<boolean> {
  const downloads = await readdir(join(repository, 'incoming')).catch(() => []);
  return downloads.length > 0 || (await readdir(repository)).includes(UNFINISHED);
}

const GONE = '.gone-';

/** Away from its name at once, so that nobody meets half of it. */
async function removeRepository(repository: string): Promise<void> {
  const gone = `${repository}${GONE}${randomBytes(4).toString('hex')}`;
  await rename(repository, gone);
  await rm(gone, { recursive: true, force: true, maxRetries: 3 });
}

/** The name that a repository had whose removal was cut off. */
export function repositoryOfGone(name: string): string | undefined {
  const at = name.indexOf(`.git${GONE}`);
  return at === -1 ? undefined : name.slice(0, at + '.git'.length);
}

/** What is left of repositories whose removal was cut off. */
export async function removeLeftovers(root: string): Promise<number> {
  let freed = 0;
  for (const name of await readdir(root)) {
    if (repositoryOfGone(name) === undefined) continue;
    freed += await sizeOf(join(root, name));
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 });
  }
  return freed;
}

/** `rev-list --disk-usage` is of git 2.31. */
async function foretell(
  git: LocalGit,
  repository: string,
  {
    all,
    kept,
    signal,
  }: { readonly all: readonly string[]; readonly kept: readonly string[]; readonly signal: AbortSignal },
): Promise<number | null> {
  if (kept.length === 0) return sizeOf(repository);
  const usage = async (objects: readonly string[]) =>
    git.ask(repository, ['rev-list', '--objects', '--disk-usage', ...new Set(objects), '--'], signal);
  const [whole, staying] = [await usage(all), await usage(kept)];
  return whole === undefined || staying === undefined ? null : Number(whole) - Number(staying);
}

/** Of all files below a folder. */
export async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.map((entry) =>
      entry.isFile()
        ? stat(join(entry.parentPath, entry.name)).then(
            ({ size }) => size,
            () => 0,
          )
        : 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
