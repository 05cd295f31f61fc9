import { mirrorBroken, mirrorNotWritten } from '../../errors/mirror-failures.ts';
import type { ProgramResult } from '../../process/run-program.ts';
import { lastLines } from '../judge-listing.ts';
import { runGit } from '../run-git.ts';

/** git on repositories of the mirror alone: no network, nobody's configuration. */
export interface LocalGit {
  /** The whole environment of git, and of what serves a repository. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * What git printed.
   * @throws DeBuildError `mirror-not-written`, `mirror-broken`
   */
  run(repository: string, args: readonly string[], signal?: AbortSignal): Promise<string>;
  /** Like `run`, for questions whose answer may be no: `undefined` then. */
  ask(repository: string, args: readonly string[], signal?: AbortSignal): Promise<string | undefined>;
}

const TIMEOUT_MS = 600_000;

export function createLocalGit(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): LocalGit {
  const own: Record<string, string> = {
    HOME: folder,
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    // Under sudo the mirror may belong to somebody else than the one who reads it.
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  for (const name of ['PATH', 'TMPDIR', 'SystemRoot']) {
    const value = environment[name];
    if (value !== undefined) own[name] = value;
  }
  const start = (
    repository: string,
    args: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<ProgramResult> =>
    runGit([`--git-dir=${repository}`, ...args], {
      environment: own,
      folder,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
  return {
    environment: own,
    async run(repository, args, signal) {
      const result = await start(repository, args, signal);
      if (result.exitCode === 0) return result.stdout;
      const reason = systemReason(result.stderr);
      const around = repositoryAround(repository);
      if (reason !== undefined) throw mirrorNotWritten(around, { reason });
      throw mirrorBroken(around, lastLines(result.stderr));
    },
    async ask(repository, args, signal) {
      const result = await start(repository, args, signal);
      return result.exitCode === 0 ? result.stdout : undefined;
    },
  };
}

/** The mirror's repository that a download lies in: what is left to be looked at when that has failed. */
export function repositoryAround(repository: string): string {
  return repository.replace(/\/incoming\/[^/]+$/, '');
}

/** The system's own words in what git printed, when it was this machine that failed. git runs in the C locale. */
export function systemReason(stderr: string): string | undefined {
  const ownWords = stderr.replace(/^(?:remote: |fatal: remote error: ).*$/gm, '');
  return /No space left on device|Disk quota exceeded|Read-only file system|Permission denied|Input\/output error|File too large|Too many open files|Cannot allocate memory|Out of memory/i.exec(
    ownWords,
  )?.[0];
}
