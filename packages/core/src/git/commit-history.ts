import { join, resolve } from 'node:path';
import { createLocalGit, type LocalGit } from './mirror/local-git.ts';
import { repositoryFolderName } from './mirror/mirror-repository.ts';

/** What lies between two commits of an app, as far as it can be known here. */
export interface CommitHistory {
  /** First lines of the messages of the commits that `to` has and `from` has not, newest first; `undefined` when not known. */
  subjects(range: CommitRange, signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** Paths that differ between the two commits, sorted; `undefined` when one of them is not at hand. */
  changedFiles(range: CommitRange, signal?: AbortSignal): Promise<readonly string[] | undefined>;
  /** A file's text; `undefined` when the commit has no such file, or is not at hand. */
  readFile(at: CommitFile, signal?: AbortSignal): Promise<string | undefined>;
}

export interface CommitRange {
  /** Where the app comes from, without credentials. */
  readonly url: string;
  readonly from: string;
  readonly to: string;
}

export interface CommitFile {
  readonly url: string;
  readonly commit: string;
  readonly path: string;
}

/**
 * The history that a mirror holds. It asks no host: a mirror keeps pinned commits without their parents, so files can be
 * compared wherever both commits were released, while subjects are known only where the commits between are there.
 * @param folder the mirror's
 */
export function mirrorHistory(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): CommitHistory {
  const root = resolve(folder);
  const git = createLocalGit(root, environment);
  return {
    async subjects({ url, from, to }, signal) {
      const ask = asking(git, repositoryOf(root, url), signal);
      if ((await ask(['merge-base', '--is-ancestor', from, to])) === undefined) return undefined;
      const subjects = await ask(['log', '--format=%s', '-z', `${from}..${to}`]);
      return subjects?.split('\0').filter((subject) => subject !== '');
    },
    async changedFiles({ url, from, to }, signal) {
      const ask = asking(git, repositoryOf(root, url), signal);
      const paths = await ask(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]);
      return paths?.split('\0').filter((path) => path !== '');
    },
    async readFile({ url, commit, path }, signal) {
      return asking(git, repositoryOf(root, url), signal)(['cat-file', 'blob', `${commit}:${path}`]);
    },
  };
}

/** `undefined` for whatever git can't answer, be it that there is no such repository. */
function asking(git: LocalGit, repository: string | undefined, signal: AbortSignal | undefined) {
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
