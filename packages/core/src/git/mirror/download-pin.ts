import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mirrorCommitGone, mirrorRefMoved, type PinName } from '../../errors/mirror-failures.ts';
import type { Repository } from '../remote.ts';
import { showable } from '../remote-url.ts';
import { type FetchSettings, fetchObjects, type Wanted } from './fetch-objects.ts';
import type { LocalGit } from './local-git.ts';
import type { MirrorApp } from './mirror.ts';
import { initRepository, listPins, pinnedObject } from './mirror-repository.ts';

export interface Download {
  readonly git: LocalGit;
  /** The mirror's repository: downloads lie below it, on the same disk. */
  readonly repository: string;
  readonly app: MirrorApp;
  readonly settings: FetchSettings;
}

const PIN = 'refs/de-build/pin';
const REF = 'refs/de-build/ref';
/** How far back the history of a ref is asked for, step by step, to find the commit in it. */
const DEPTHS = [1, 100, 2_147_483_647] as const;

/**
 * Fetches the app's commit into a repository of its own below `incoming/`, calls `use` with it, and removes it. What
 * the mirror has of other pins is not fetched again, if `borrows`.
 */
export async function withDownload<T>(
  download: Download,
  { borrows }: { readonly borrows: boolean },
  use: (incoming: string) => Promise<T>,
): Promise<T> {
  return withIncoming(download, { borrows }, async (incoming) => {
    const isServed = await fetchByCommit(incoming, download);
    if (isServed) return use(incoming);
    // A history that is deepened must not stop at commits that the mirror has without their parents.
    return withIncoming(download, { borrows: false }, async (deep) => {
      await fetchByRef(deep, download);
      return use(deep);
    });
  });
}

/** A bare repository below `incoming/`, for one run. */
export async function withIncoming<T>(
  { git, repository, app }: Pick<Download, 'git' | 'repository' | 'app'>,
  { borrows }: { readonly borrows: boolean },
  use: (incoming: string) => Promise<T>,
): Promise<T> {
  const incoming = join(repository, 'incoming', `${randomBytes(6).toString('hex')}.git`);
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await initRepository(git, incoming, app.commit);
    if (borrows) await borrowObjects(git, repository, incoming);
    return await use(incoming);
  } finally {
    await rm(incoming, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** More than this is not offered to a host as what we have already. */
const MAX_OFFERED = 64;

async function borrowObjects(git: LocalGit, repository: string, incoming: string): Promise<void> {
  const commits = [...new Set((await listPins(git, repository)).map(({ commit }) => commit))];
  if (commits.length === 0) return;
  await mkdir(join(incoming, 'objects', 'info'), { recursive: true });
  await writeFile(join(incoming, 'objects', 'info', 'alternates'), `${join(repository, 'objects')}\n`);
  await writeFile(join(incoming, 'shallow'), commits.map((id) => `${id}\n`).join(''));
  const offered = commits.slice(-MAX_OFFERED).map((id) => `${id} refs/de-build/have/${id}`);
  await writeFile(join(incoming, 'packed-refs'), `${offered.sort().join('\n')}\n`);
}

/** The usual way: exactly that commit, and what its ref points at now. `false` when the host does not give it out. */
async function fetchByCommit(incoming: string, download: Download): Promise<boolean> {
  const { app, git, settings } = download;
  const expected = pinnedObject(app);
  const refspecs = [`${expected}:${PIN}`, ...(app.isRecorded === true ? [] : [`${upstreamRef(app)}:${REF}`])];
  const fetched = await fetchObjects(repositoryOf(app), { into: incoming, refspecs, depth: 1 }, settings);
  if (fetched === 'no-such-ref') throw mirrorRefMoved(pinName(app), undefined);
  if (fetched === 'refused') return false;
  await requireCommit(git, incoming, app);
  if (app.isRecorded === true) return true;
  const now = (await git.run(incoming, ['rev-parse', REF])).trim();
  if (now !== expected && (app.kind === 'tag' || !(await isInHistory(download))))
    throw mirrorRefMoved(pinName(app), await commitOf(git, incoming, app));
  return true;
}

/** A branch that has moved on still has the commit in its history; one that was rewritten has not. */
async function isInHistory(download: Download): Promise<boolean> {
  return withIncoming(download, { borrows: false }, (scratch) =>
    deepenUntilFound(scratch, download, { withoutFiles: true }),
  );
}

/** The way for hosts that give out only what refs point at: the ref, and its history until the commit is in it. */
async function fetchByRef(incoming: string, download: Download): Promise<void> {
  const { app, git } = download;
  if (!(await deepenUntilFound(incoming, download, {}))) {
    const now = await commitOf(git, incoming, app);
    throw app.isRecorded === true ? mirrorCommitGone(pinName(app)) : mirrorRefMoved(pinName(app), now);
  }
  await git.run(incoming, ['update-ref', PIN, pinnedObject(app)]);
  await requireCommit(git, incoming, app);
}

async function deepenUntilFound(
  into: string,
  { app, git, settings }: Download,
  options: Pick<Wanted, 'withoutFiles'>,
): Promise<boolean> {
  const refspecs = [`${upstreamRef(app)}:${REF}`];
  const expected = pinnedObject(app);
  for (const depth of DEPTHS) {
    const fetched = await fetchObjects(repositoryOf(app), { into, refspecs, depth, ...options }, settings);
    if (fetched !== 'fetched') return false;
    const tip = (await git.run(into, ['rev-parse', REF])).trim();
    if (tip === expected) return true;
    // An annotated tag that is not what the ref points at is in no history.
    if (app.tagObject !== undefined || (app.kind === 'tag' && app.isRecorded !== true)) return false;
    if ((await git.ask(into, ['merge-base', '--is-ancestor', app.commit, REF])) !== undefined) return true;
  }
  return false;
}

/** The object that came is the planned commit, or a tag of it. */
async function requireCommit(git: LocalGit, incoming: string, app: MirrorApp): Promise<void> {
  const commit = await git.ask(incoming, ['rev-parse', '--verify', '--quiet', `${PIN}^{commit}`]);
  if (commit?.trim() !== app.commit) throw mirrorRefMoved(pinName(app), commit?.trim());
}

async function commitOf(git: LocalGit, incoming: string, app: MirrorApp): Promise<string | undefined> {
  const object = (await git.ask(incoming, ['rev-parse', '--verify', '--quiet', REF]))?.trim();
  const commit = (await git.ask(incoming, ['rev-parse', '--verify', '--quiet', `${REF}^{commit}`]))?.trim();
  // A tag that was made anew for the same commit: only its object tells the two apart.
  return commit === app.commit && object !== undefined ? `${commit} (tag object ${object})` : commit;
}

function upstreamRef({ kind, ref }: MirrorApp): string {
  return `${kind === 'branch' ? 'refs/heads/' : 'refs/tags/'}${ref}`;
}

export function repositoryOf({ url, credential }: MirrorApp): Repository {
  return { url, ...(credential === undefined ? {} : { credential }) };
}

export function pinName({ url, kind, ref, commit }: MirrorApp): PinName {
  return { url: showable(url), kind, ref, commit };
}
