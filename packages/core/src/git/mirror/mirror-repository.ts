import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../../disk/write-whole.ts';
import type { LocalGit } from './local-git.ts';
import type { MirrorApp } from './mirror.ts';

/** Below the mirror's folder, for one upstream URL: readable, and never the same for two URLs. */
export function repositoryFolderName(url: string): string {
  const { host, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const digest = createHash('sha256').update(`${host}${path}`).digest('hex').slice(0, 12);
  const readable = `${host}${path}`.replace(/[^A-Za-z0-9.-]+/g, '-').replace(/^[.-]+/, '');
  return `${readable.slice(0, 80)}-${digest}.git`;
}

/** Where the app's name stands in its commit's namespace (gitnamespaces(7)). */
export function pinnedRef({ commit, kind, ref }: Pick<MirrorApp, 'commit' | 'kind' | 'ref'>): string {
  return `${namespaceOf(commit)}${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${ref}`;
}

/** What the app's name points at: the commit, or the tag object of an annotated tag. */
export function pinnedObject({ commit, tagObject }: Pick<MirrorApp, 'commit' | 'tagObject'>): string {
  return tagObject ?? commit;
}

function namespaceOf(commit: string): string {
  return `refs/namespaces/${commit}/`;
}

/** Makes a folder a bare repository for commits like this one, which may be SHA-1 or SHA-256. */
export async function initRepository(git: LocalGit, repository: string, commit: string): Promise<void> {
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  // As a setting, because git before 2.28 knows no such option.
  const setting = ['-c', 'init.defaultBranch=main'];
  await git.run(repository, [...setting, 'init', '--quiet', '--bare', '--template=', ...format]);
}

/** Makes the folder a bare repository; mends what is missing of one. Only under its lock. */
export async function ensureRepository(
  git: LocalGit,
  repository: string,
  { commit }: Pick<MirrorApp, 'commit'>,
): Promise<void> {
  await mkdir(repository, { recursive: true, mode: 0o700 });
  await chmod(repository, 0o700);
  await rm(join(repository, 'incoming'), { recursive: true, force: true });
  await removeStaleLocks(repository);
  const isWhole = (await git.ask(repository, ['rev-parse', '--is-bare-repository']))?.trim() === 'true';
  if (!isWhole) {
    await rm(join(repository, 'config'), { force: true });
    await initRepository(git, repository, commit);
  }
  await mendShallow(git, repository);
}

async function mendShallow(git: LocalGit, repository: string): Promise<void> {
  const path = join(repository, 'shallow');
  const lines = (await readFile(path, 'latin1').catch(() => '')).split('\n').slice(0, -1);
  // git refuses to do anything beside a line that it does not understand.
  const isClean = lines.every((line) => /^[0-9a-f]+$/.test(line));
  if (!isClean) await rm(path, { force: true });
  const pins = await listPins(git, repository);
  if (!isClean || pins.some(({ commit }) => !lines.includes(commit))) await writeShallow(git, repository);
}

/** How long a lock file of git is given to go away by itself: those who can hold one take milliseconds. */
const LOCK_PATIENCE_MS = 2000;

/**
 * Lock files that a killed git left behind. Whoever writes here holds our lock, so they are nobody's; a git that
 * outlived its parent is given time to end.
 */
export async function removeStaleLocks(repository: string): Promise<void> {
  const before = await findLocks(repository);
  if (before.length === 0) return;
  await sleep(LOCK_PATIENCE_MS);
  const after = await findLocks(repository);
  for (const { path, inode } of after) {
    if (before.some((lock) => lock.path === path && lock.inode === inode))
      await unlink(path).catch(() => undefined);
  }
}

async function findLocks(repository: string): Promise<{ path: string; inode: number }[]> {
  const names = [
    ...(await readdir(repository)),
    ...(await readdir(join(repository, 'refs'), { recursive: true }).catch(() => [])).map(
      (name) => `refs/${name}`,
    ),
  ];
  const paths = names.filter((name) => name.endsWith('.lock')).map((name) => join(repository, name));
  const found = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ ino }) => ({ path, inode: ino }),
        () => undefined,
      ),
    ),
  );
  return found.filter((lock) => lock !== undefined);
}

/** The names that pins stand under, and what they point at. */
export async function listPins(
  git: LocalGit,
  repository: string,
): Promise<{ ref: string; object: string; commit: string }[]> {
  const output = await git.run(repository, [
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/namespaces/',
  ]);
  return output.split('\n').flatMap((line) => {
    const [, object, ref, commit] =
      /^(\S+) (refs\/namespaces\/([0-9a-f]+)\/refs\/(?:heads|tags)\/.+)$/.exec(line) ?? [];
    return object === undefined || ref === undefined || commit === undefined ? [] : [{ object, ref, commit }];
  });
}

/**
 * Takes over what was fetched, in an order that leaves a whole repository wherever it is cut off: packs, the list of
 * commits without parents, and last the name. Only under the lock.
 */
export async function publishPin(
  git: LocalGit,
  repository: string,
  { incoming, app }: { readonly incoming: string; readonly app: MirrorApp },
): Promise<void> {
  await movePacks(incoming, repository);
  await writeShallow(git, repository, [app.commit]);
  await namePin(git, repository, app);
}

/** A pack without its index is not seen by git, so the index comes last. */
export async function movePacks(from: string, to: string): Promise<void> {
  const source = join(from, 'objects', 'pack');
  const target = join(to, 'objects', 'pack');
  await mkdir(target, { recursive: true });
  const files = (await readdir(source)).filter((name) => /^pack-[0-9a-f]+\.(?:pack|rev|idx)$/.test(name));
  const order = ['.pack', '.rev', '.idx'];
  const rank = (name: string): number => order.findIndex((ending) => name.endsWith(ending));
  for (const name of files.sort((one, other) => rank(one) - rank(other)))
    await rename(join(source, name), join(target, name));
  const folder = await open(target, 'r');
  await folder.sync().catch(() => undefined);
  await folder.close();
}

/** Every pinned commit stands without its parents, whether they are there or not. */
export async function writeShallow(
  git: LocalGit,
  repository: string,
  more: readonly string[] = [],
): Promise<void> {
  const pins = await listPins(git, repository);
  const commits = new Set([...pins.map(({ commit }) => commit), ...more]);
  await writeWhole(
    join(repository, 'shallow'),
    [...commits]
      .sort()
      .map((id) => `${id}\n`)
      .join(''),
  );
}

async function namePin(git: LocalGit, repository: string, app: MirrorApp): Promise<void> {
  const ref = pinnedRef(app);
  const pins = await listPins(git, repository);
  // `a` and `a/b` cannot both be refs; upstream has replaced the one by the other.
  const inTheWay = pins.filter(
    (pin) => pin.commit === app.commit && (pin.ref.startsWith(`${ref}/`) || ref.startsWith(`${pin.ref}/`)),
  );
  for (const pin of inTheWay) await git.run(repository, ['update-ref', '-d', pin.ref]);
  const head = `${namespaceOf(app.commit)}HEAD`;
  // A file that a power cut left empty is no ref, and git does not write over it.
  if (!pins.some((pin) => pin.ref === ref))
    for (const broken of [ref, head])
      await rm(join(repository, broken), { force: true }).catch(() => undefined);
  if (app.kind === 'branch') await git.run(repository, ['symbolic-ref', head, ref]);
  else await git.run(repository, ['update-ref', '--no-deref', head, app.commit]);
  await git.run(repository, ['update-ref', ref, pinnedObject(app)]);
}

/** Forgets every name of these commits. */
export async function dropPins(git: LocalGit, repository: string, commits: readonly string[]): Promise<void> {
  for (const { ref, commit } of await listPins(git, repository))
    if (commits.includes(commit)) await git.run(repository, ['update-ref', '-d', ref]);
  for (const commit of commits)
    await git.run(repository, ['update-ref', '--no-deref', '-d', `${namespaceOf(commit)}HEAD`]);
}
