import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../process/environment.ts';
import { showable } from './remote-url.ts';
import { userEnvironment } from './run-git.ts';

/** The git repository of the site's own files. */
export type SiteRepository =
  | {
      readonly isRepository: true;
      /** `undefined` before the first commit. */
      readonly commit: string | undefined;
      /** `undefined` when HEAD is detached, as in CI. */
      readonly branch: string | undefined;
      /** Changed and untracked files, relative to the site's folder. */
      readonly dirty: readonly string[];
      /** `origin/main`; `undefined` when the branch has none. */
      readonly upstream: string | undefined;
      /** Commits that the upstream, as last fetched, does not have. */
      readonly ahead: number;
      /** Commits of the upstream, as last fetched, that are missing here. */
      readonly behind: number;
      /** The time of the last fetch; `undefined` when unknown. */
      readonly fetchedAt: Date | undefined;
      /** Without credentials. */
      readonly remoteUrl: string | undefined;
    }
  | {
      readonly isRepository: false;
      /** `untrusted`: git refuses because the folder belongs to another user. */
      readonly reason: 'none' | 'untrusted' | 'no-git' | 'unreadable';
    };

export interface SiteRepositoryOptions {
  readonly environment: Environment;
  /** Files and folders, relative to the site's folder, whose changes are ignored: the records of releases. */
  readonly ignore?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Reads the state of the repository of a folder without changing it, locking it or using the network. Only changes below
 * the folder count. `behind` is as of the last fetch: a fetch uses the user's own credentials and could ask for a password.
 */
export async function readSiteRepository(
  folder: string,
  options: SiteRepositoryOptions,
): Promise<SiteRepository> {
  // Loaded lazily, because most commands do not need it.
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({
    baseDir: folder,
    timeout: { block: 20_000 },
    allowEnvironment: ['GIT_OPTIONAL_LOCKS', 'GIT_TERMINAL_PROMPT'],
    ...(options.signal === undefined ? {} : { abort: options.signal }),
  }).env(userEnvironment(options.environment));
  try {
    // All at once: to start git takes longer than what it does.
    const [where, commit, status, config] = await Promise.all([
      git.revparse(['--git-path', 'FETCH_HEAD', '--show-prefix']),
      git.revparse(['--verify', '--quiet', 'HEAD']).catch(() => ''),
      git.status(['--untracked-files=all', '--', '.']),
      git.listConfig(),
    ]);
    const [fetchHead = '', prefix = ''] = where.split('\n');
    const remote = status.tracking?.split('/')[0] ?? 'origin';
    return {
      isRepository: true,
      commit: commit === '' ? undefined : commit,
      branch: status.detached || status.current === null ? undefined : status.current,
      dirty: dirtyPaths(
        status.files.map(({ path }) => path),
        prefix,
        options.ignore ?? [],
      ),
      upstream: status.tracking ?? undefined,
      ahead: status.ahead,
      behind: status.behind,
      fetchedAt: await modifiedAt(fetchHead.startsWith('/') ? fetchHead : join(folder, fetchHead)),
      remoteUrl: showableUrl(config.all[`remote.${remote}.url`]),
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { isRepository: false, reason: reasonOf(error) };
  }
}

function dirtyPaths(paths: readonly string[], prefix: string, ignore: readonly string[]): string[] {
  return paths
    .map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path))
    .filter(
      (path) => !ignore.some((entry) => path === entry || path.startsWith(`${entry.replace(/\/+$/, '')}/`)),
    )
    .sort();
}

async function modifiedAt(path: string): Promise<Date | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => new Date(mtimeMs),
    () => undefined,
  );
}

/** Of several URLs, git fetches from the first; simple-git gives the values of a key that is there once by itself. */
function showableUrl(values: string | readonly string[] | undefined): string | undefined {
  const [url = ''] = [values ?? []].flat();
  return url === '' ? undefined : showable(url);
}

function reasonOf(error: unknown): 'none' | 'untrusted' | 'no-git' | 'unreadable' {
  const text = String((error as { message?: unknown }).message ?? error);
  if (/not a git repository|must be run in a work tree/.test(text)) return 'none';
  if (text.includes('dubious ownership')) return 'untrusted';
  if (text.includes('ENOENT')) return 'no-git';
  return 'unreadable';
}
