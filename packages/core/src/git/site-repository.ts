import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showable } from './remote-url.ts';

/** The git repository that the site's own files are kept in. */
export type SiteRepository =
  | {
      readonly isRepository: true;
      /** `undefined` before the first commit. */
      readonly commit: string | undefined;
      /** `undefined` when HEAD is detached, as it is in CI. */
      readonly branch: string | undefined;
      /** Changed and untracked files, relative to the site's folder. */
      readonly dirty: readonly string[];
      /** `origin/main`; `undefined` when the branch follows none. */
      readonly upstream: string | undefined;
      /** Commits that the upstream, as last fetched, does not have. */
      readonly ahead: number;
      /** Commits of the upstream, as last fetched, that are missing here. */
      readonly behind: number;
      /** When the upstream was last fetched here; `undefined` when never or unknown. */
      readonly fetchedAt: Date | undefined;
      /** Without credentials. */
      readonly remoteUrl: string | undefined;
    }
  | {
      readonly isRepository: false;
      /** `untrusted`: git refuses because the folder belongs to somebody else. */
      readonly reason: 'none' | 'untrusted' | 'no-git' | 'unreadable';
    };

export interface SiteRepositoryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Files and folders, relative to the site's folder, whose changes do not count: the records of releases. */
  readonly ignore?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Reads the state of the repository around a folder; changes nothing, takes no lock and goes to no network. Only
 * changes below the folder count. What was fetched last is what `behind` is judged by: fetching with a person's own
 * credentials is theirs to do, and could stop to ask for a password.
 */
export async function readSiteRepository(
  folder: string,
  options: SiteRepositoryOptions,
): Promise<SiteRepository> {
  // Loaded here, because most commands never need it.
  const { simpleGit } = await import('simple-git');
  const git = simpleGit({
    baseDir: folder,
    timeout: { block: 20_000 },
    allowEnvironment: ['GIT_OPTIONAL_LOCKS', 'GIT_TERMINAL_PROMPT'],
    ...(options.signal === undefined ? {} : { abort: options.signal }),
  }).env(gitEnvironment(options.environment));
  try {
    if ((await git.revparse(['--is-inside-work-tree'])) !== 'true')
      return { isRepository: false, reason: 'none' };
    const [prefix, commit, status, fetchHead] = await Promise.all([
      git.revparse(['--show-prefix']),
      git.revparse(['--verify', '--quiet', 'HEAD']).catch(() => ''),
      git.status(['--untracked-files=all', '--', '.']),
      git.revparse(['--git-path', 'FETCH_HEAD']),
    ]);
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
      remoteUrl: await remoteUrl(git.getConfig(`remote.${remote}.url`)),
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { isRepository: false, reason: reasonOf(error) };
  }
}

/** What git needs to read a repository, and none of the variables that would point it elsewhere. */
function gitEnvironment(environment: SiteRepositoryOptions['environment']): Record<string, string> {
  const own: Record<string, string> = { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  for (const name of ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SystemRoot', 'USERPROFILE']) {
    const value = environment[name];
    if (value !== undefined) own[name] = value;
  }
  return own;
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

async function remoteUrl(reading: Promise<{ readonly value: string | null }>): Promise<string | undefined> {
  const { value } = await reading;
  return value === null || value === '' ? undefined : showable(value);
}

function reasonOf(error: unknown): 'none' | 'untrusted' | 'no-git' | 'unreadable' {
  const text = String((error as { message?: unknown }).message ?? error);
  if (text.includes('not a git repository')) return 'none';
  if (text.includes('dubious ownership')) return 'untrusted';
  if (text.includes('ENOENT')) return 'no-git';
  return 'unreadable';
}
