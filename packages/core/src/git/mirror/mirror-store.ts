import { chmod, mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { takeLock } from '../../disk/kernel-lock.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Finding } from '../../errors/finding.ts';
import { mirrorBusy, mirrorNotWritten, mirrorPinMalformed } from '../../errors/mirror-failures.ts';
import { type OnProgress, repositoryName, withProgress } from '../fetch-progress.ts';
import { type NetworkSettings, readNetworkSettings } from '../network-settings.ts';
import { parseRemoteUrl, showable } from '../remote-url.ts';
import type { GitRetry } from '../retry.ts';
import { checkPin } from './check-pin.ts';
import { type Download, withDownload } from './download-pin.ts';
import { createLocalGit } from './local-git.ts';
import { mendRepository } from './mend-repository.ts';
import type { Mirror, MirrorApp, PinnedSource } from './mirror.ts';
import { ensureRepository, publishPin, repositoryFolderName } from './mirror-repository.ts';
import { openSeal, type PinSeal } from './pin-seal.ts';
import { findNotices } from './source-notices.ts';

export interface MirrorOptions {
  /** PATH, HOME, TMPDIR, proxy and certificate variables are taken from it, and nothing else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long one repository may take in all, retries and pauses included. 600 unless given. */
  readonly timeoutSeconds?: number;
  /** The first pause before asking again, where the host does not name one; doubled after that. 0.5 unless given. */
  readonly pauseSeconds?: number;
  /** Called before each pause, . */
  readonly onRetry?: (retry: GitRetry) => void;
  /** Called while objects come from a host. */
  readonly onProgress?: OnProgress;
}

/** Opens the mirror in a folder, which need not exist yet; others cannot enter it (0700). */
export function openMirror(folder: string, options: MirrorOptions): Mirror {
  const { environment, timeoutSeconds = 600, pauseSeconds = 0.5, onRetry, onProgress } = options;
  const root = resolve(folder);
  const git = createLocalGit(root, environment);
  let settings: Promise<NetworkSettings> | undefined;
  return {
    folder: root,
    environment,
    async fetch(app, signal) {
      requirePin(app);
      signal?.throwIfAborted();
      await makeFolder(root);
      const repository = join(root, repositoryFolderName(app.url));
      const seal = await openSeal(repository, app);
      // What was released long ago is read again: a seal knows nothing of what a disk has forgotten.
      if (seal.notices !== undefined && app.isRecorded !== true)
        return describe({ repository, app }, { origin: 'present', notices: seal.notices, packs: seal.packs });
      settings ??= readNetworkSettings(environment);
      const patience = { timeoutSeconds, pauseSeconds, signal, onRetry };
      const how = { ...patience, environment, settings: await settings };
      return fetchPin({ git, repository, app, settings: how, onProgress }, seal);
    },
    async holds(app, signal) {
      requirePin(app);
      const repository = join(root, repositoryFolderName(app.url));
      return (await checkPin(git, repository, { app, signal })) === 'whole';
    },
  };
}

async function fetchPin(download: Fetching, seal: PinSeal): Promise<PinnedSource> {
  const { git, repository, app, settings } = download;
  const { signal } = settings;
  try {
    const brought: Brought =
      (await checkPin(git, repository, { app, signal })) === 'whole'
        ? { origin: 'present', notices: [] }
        : await underLock(download, () => bringPin(download));
    const notices = await findNotices(git, repository, { app, signal });
    const sealed = brought.origin === 'present' ? seal : await openSeal(repository, app, { isNew: true });
    await sealed.keep(notices);
    const { packs } = sealed;
    return describe(download, { ...brought, packs, notices: [...brought.notices, ...notices] });
  } catch (error) {
    if (isDeBuildError(error) || signal?.aborted === true) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : mirrorNotWritten(repository, { reason: code, cause: error });
  }
}

interface Fetching extends Download {
  readonly onProgress: OnProgress | undefined;
}

type Brought = Pick<PinnedSource, 'origin' | 'notices'>;

async function bringPin(download: Fetching): Promise<Brought> {
  const { git, repository, app, settings, onProgress } = download;
  await ensureRepository(git, repository, app);
  // Whoever had the lock before may have brought it.
  const state = await checkPin(git, repository, { app, signal: settings.signal });
  if (state === 'whole') return { origin: 'present', notices: [] };
  const notices: Finding[] = [];
  const work = { id: `fetch ${basename(repository)}`, title: `Fetching ${repositoryName(app.url)}` };
  await withProgress(work, onProgress, async (meter) => {
    const counted = { ...download, settings: { ...settings, meter } };
    if (state === 'damaged') notices.push(await mendRepository(counted));
    else {
      await withDownload(counted, { borrows: true }, (incoming) =>
        publishPin(git, repository, { incoming, app }),
      );
    }
  });
  return { origin: 'fetched', notices };
}

/** One at a time writes to a repository, in this process and in others. */
async function underLock<T>({ git, repository, settings }: Download, use: () => Promise<T>): Promise<T> {
  const { timeoutSeconds, signal } = settings;
  const unlock = await takeLock(`${repository}.lock`, {
    environment: git.environment,
    timeoutMs: timeoutSeconds * 1000,
    signal,
  });
  if (unlock === undefined) throw mirrorBusy(repository, timeoutSeconds);
  try {
    return await use();
  } finally {
    await unlock();
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    const { code = 'an unknown error' } = error as NodeJS.ErrnoException;
    throw mirrorNotWritten(folder, { reason: code, cause: error });
  }
}

function describe(
  { repository, app }: Pick<Download, 'repository' | 'app'>,
  brought: Brought & Pick<PinnedSource, 'packs'>,
): PinnedSource {
  const { url, ref, kind, commit, tagObject } = app;
  return {
    url: showable(url),
    ref,
    kind,
    commit,
    ...(tagObject === undefined ? {} : { tagObject }),
    repository,
    ...brought,
  };
}

/** What ends up in git's arguments: ids are ids, and a ref is a name that git takes (git-check-ref-format(1)). */
function requirePin({ url, commit, tagObject, ref }: MirrorApp): void {
  parseRemoteUrl(url);
  const isId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
  if (!isId(commit) || (tagObject !== undefined && !isId(tagObject)))
    throw mirrorPinMalformed(showable(url), 'A commit is 40 or 64 hexadecimal digits.');
  const isName =
    ref !== '' &&
    ref.length < 200 &&
    !/[\s\p{Cc}~^:?*[\\]|\.\.|@\{|\/\/|^[/.-]|\/\.|[/.]$|\.lock(?:\/|$)/u.test(ref);
  if (!isName)
    throw mirrorPinMalformed(showable(url), 'Its branch or tag has a name that git does not take.');
}
