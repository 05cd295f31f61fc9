import { join, resolve } from 'node:path';
import type { Environment } from '../process/environment.ts';
import { type CommitsBetween, countBetween } from './commits-between.ts';
import { fetchBetween } from './fetch-between.ts';
import type { OnProgress } from './fetch-progress.ts';
import { type CommitRange, keepKnownRange, readKnownRange } from './known-ranges.ts';
import { createLocalGit, type LocalGit } from './mirror/local-git.ts';
import { repositoryFolderName } from './mirror/mirror-repository.ts';
import type { Credential } from './remote.ts';

/** The history of apps, as far as it is available. */
export interface CommitHistory {
  /** How many commits are between two, and the first lines of their messages. */
  between(range: CommitRange, signal?: AbortSignal): Promise<CommitsBetween>;
  /** Paths that differ between the two commits, sorted; `undefined` when one of them is not available. */
  changedFiles(range: CommitRange, signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** A file's text; `undefined` when the commit has no such file, or is not available. */
  readFile(at: CommitFile, signal?: AbortSignal): Promise<string | undefined>;
}

/** Two commits of the repository at a URL without credentials. */
export type { CommitRange };

export interface CommitFile {
  readonly url: string;
  readonly commit: string;
  readonly path: string;
}

export interface CommitHistoryOptions {
  /** The site's `.de-build`. `makeFolder` creates it before something is written. */
  readonly folder: string;
  readonly makeFolder: () => Promise<unknown>;
  readonly environment: Environment;
  /** Without it, only what is on this machine is used. */
  readonly hosts?: {
    readonly credentialOf: (url: string) => Credential | undefined;
    readonly timeoutSeconds: number;
    readonly onProgress?: OnProgress;
  };
}

/**
 * Files are read from the mirror, which has every released commit, but without its parents. So the commits between two come
 * from the git host, and the answer is kept.
 */
export function openCommitHistory(options: CommitHistoryOptions): CommitHistory {
  const { environment, hosts } = options;
  const root = join(resolve(options.folder), 'mirror');
  const ranges = join(resolve(options.folder), 'history');
  const git = createLocalGit(root, environment);
  return {
    async between(range, signal) {
      const { url, from, to } = range;
      if (from === to) return { known: true, ahead: 0, behind: 0, subjects: [] };
      const mirrored = repositoryOf(root, url);
      const local =
        (await readKnownRange(ranges, range)) ??
        (mirrored === undefined
          ? undefined
          : await countBetween(git, mirrored, { pair: range, signal }).catch(() => undefined));
      signal?.throwIfAborted();
      if (local !== undefined) return local;
      if (hosts === undefined)
        return { known: false, why: 'The commits between the two are not on this machine.' };
      const { credentialOf, timeoutSeconds, onProgress } = hosts;
      const credential = credentialOf(url);
      const repository = { url, ...(credential === undefined ? {} : { credential }) };
      const found = await fetchBetween(repository, range, {
        environment,
        timeoutSeconds,
        signal,
        onProgress,
      });
      if (found.known) {
        await options.makeFolder();
        await keepKnownRange(ranges, range, found);
      }
      return found;
    },
    async changedFiles({ url, from, to }, signal) {
      const ask = openRepository(git, repositoryOf(root, url), signal);
      const paths = await ask(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]);
      return paths?.split('\0').filter((path) => path !== '');
    },
    async readFile({ url, commit, path }, signal) {
      return openRepository(git, repositoryOf(root, url), signal)(['cat-file', 'blob', `${commit}:${path}`]);
    },
  };
}

/** Returns git's output, or `undefined` on any failure, including a missing repository. */
function openRepository(git: LocalGit, repository: string | undefined, signal: AbortSignal | undefined) {
  return async (args: readonly string[]): Promise<string | undefined> => {
    if (repository === undefined) return undefined;
    try {
      return await git.ask(repository, args, signal);
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  };
}

function repositoryOf(root: string, url: string): string | undefined {
  return URL.canParse(url) ? join(root, repositoryFolderName(url)) : undefined;
}
