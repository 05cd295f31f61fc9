import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Environment } from '../process/environment.ts';
import type { ProgramResult } from '../process/run-program.ts';
import { showable } from './remote-url.ts';
import { runGit, userEnvironment } from './run-git.ts';

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
  { environment, ignore = [], signal }: SiteRepositoryOptions,
): Promise<SiteRepository> {
  const run = { environment: userEnvironment(environment), folder, timeoutMs: TIMEOUT_MS, signal };
  const git = (...args: string[]) => runGit(args, run);
  try {
    const [place, status, urls] = await Promise.all([
      git('rev-parse', '--is-inside-work-tree', '--show-prefix', '--git-path', 'FETCH_HEAD'),
      git('status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--', '.'),
      git('config', '--null', '--get-regexp', '^remote\\..*\\.url$'),
    ]);
    const [isInside, prefix = '', fetchHead = ''] = place.stdout.split('\n');
    if (place.exitCode !== 0 || isInside !== 'true') return unreadable(place);
    if (status.exitCode !== 0) return unreadable(status);
    const { headers, paths } = parseStatus(status.stdout);
    const { oid, head, upstream, ab } = headers;
    const [, ahead = '0', behind = '0'] = /^\+(\d+) -(\d+)$/.exec(ab ?? '') ?? [];
    const url = new Map(urls.stdout.split('\0').map((record) => record.split('\n') as [string, string]));
    const remote = upstream?.split('/')[0] ?? 'origin';
    const remoteUrl = url.get(`remote.${remote}.url`);
    return {
      isRepository: true,
      commit: oid === '(initial)' ? undefined : oid,
      branch: head === '(detached)' ? undefined : head,
      dirty: dirtyPaths(paths, prefix, ignore),
      upstream,
      ahead: Number(ahead),
      behind: Number(behind),
      fetchedAt: await modifiedAt(resolve(folder, fetchHead)),
      remoteUrl: remoteUrl ? showable(remoteUrl) : undefined,
    };
  } catch (error) {
    signal?.throwIfAborted();
    const isMissing = isDeBuildError(error) && error.code === 'git-missing';
    return { isRepository: false, reason: isMissing ? 'no-git' : 'unreadable' };
  }
}

const TIMEOUT_MS = 60_000;
/** How many fields of an entry come before its path: changed, renamed, unmerged, untracked. */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1 };

/** Parses `git status --porcelain=v2 --branch -z`. */
function parseStatus(output: string): {
  readonly headers: Readonly<Partial<Record<'oid' | 'head' | 'upstream' | 'ab', string>>>;
  readonly paths: readonly string[];
} {
  const headers: Record<string, string> = {};
  const paths: string[] = [];
  const records = output.split('\0');
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? '';
    const [, name, value] = /^# branch\.(\w+) (.*)$/.exec(record) ?? [];
    if (name !== undefined && value !== undefined) headers[name] = value;
    const kind = record[0] ?? '';
    const fields = FIELDS[kind];
    if (fields !== undefined) paths.push(record.split(' ').slice(fields).join(' '));
    // The path before the rename follows.
    if (kind === '2') at += 1;
  }
  return { headers, paths };
}

function unreadable({ exitCode, stderr }: ProgramResult): SiteRepository {
  if (exitCode === 0 || stderr.includes('not a git repository'))
    return { isRepository: false, reason: 'none' };
  return {
    isRepository: false,
    reason: stderr.includes('dubious ownership') ? 'untrusted' : 'unreadable',
  };
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
