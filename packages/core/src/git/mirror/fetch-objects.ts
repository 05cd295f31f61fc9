import { readFile } from 'node:fs/promises';
import { gitAnswerCutOff } from '../../errors/git-failures.ts';
import { mirrorNotWritten } from '../../errors/mirror-failures.ts';
import type { ProgramResult } from '../../process/run-program.ts';
import type { ProgressMeter } from '../../progress/progress.ts';
import { type HttpAnswer, readCurlTrace } from '../curl-trace.ts';
import { reportReceived, withoutProgress } from '../fetch-progress.ts';
import { withGitHome } from '../git-home.ts';
import { judgeExchange, judgeMessage, lastLines, type RequestContext } from '../judge-listing.ts';
import type { NetworkSettings } from '../network-settings.ts';
import type { Repository } from '../remote.ts';
import { type Attempt, failed, type RetryOptions, requestOf, tryAgain, withRetries } from '../retry.ts';
import { runGit } from '../run-git.ts';
import { sshKeysFor } from '../ssh-command.ts';
import { repositoryAround, systemReason } from './local-git.ts';

/** How a host is requested, and for how long. */
export interface FetchSettings extends RetryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: NetworkSettings;
  /** Counts the objects that come. */
  readonly meter?: ProgressMeter | undefined;
}

export interface Wanted {
  /** A bare repository of this run alone, which takes what comes. */
  readonly into: string;
  /** `object-or-ref:refs/…`. */
  readonly refspecs: readonly string[];
  readonly depth: number | Since;
  /** Only the commits, from hosts that can leave the rest out; `or-nothing` from the others. */
  readonly withoutFiles?: boolean | 'or-nothing';
}

/** Commits from then on: seconds since the epoch. */
export interface Since {
  readonly since: number;
}

/**
 * `refused`: the host has not got that object, or gives out only what a ref points at. `with-files-only`: it can't leave
 * files out, and nothing was fetched.
 */
export type Fetched = 'fetched' | 'refused' | 'no-such-ref' | 'with-files-only';

const WITH_FILES_ONLY = /filtering not recognized by server/;

/** How long a host may send nothing. git sends a keep-alive every five seconds. */
const MAX_SILENCE_MS = 60_000;

/**
 * Runs `git fetch` on a host, with the token where `withGitHome` puts it, and with the retries of a listing.
 * @throws what `GitRemote.listRefs` throws; `mirror-not-written`
 */
export async function fetchObjects(
  repository: Repository,
  wanted: Wanted,
  settings: FetchSettings,
): Promise<Fetched> {
  return withRetries(repository, settings, (at, timeoutMs) =>
    fetchOnce(at, wanted, { ...settings, timeoutMs }),
  );
}

async function fetchOnce(
  repository: Repository,
  wanted: Wanted,
  how: FetchSettings & { readonly timeoutMs: number },
): Promise<Attempt<Fetched>> {
  const { environment, settings, timeoutMs, timeoutSeconds, signal, meter } = how;
  const url = new URL(repository.url);
  const { credential } = repository;
  const home = { environment, url, credential, settings, timeoutMs: Math.min(timeoutMs, MAX_SILENCE_MS) };
  return withGitHome(home, async ({ environment: own, folder, traceFile }) => {
    const onLine = (line: string) => {
      reportReceived(line, meter);
      return wanted.withoutFiles === 'or-nothing' && WITH_FILES_ONLY.test(line) ? 'stop' : undefined;
    };
    const { stderr, ...result } = await runGit(fetchArguments(repository.url, wanted), {
      environment: own,
      folder,
      timeoutMs,
      lines: { redactor: undefined, onLine },
      signal,
    });
    const answers = readCurlTrace(await readFile(traceFile, 'latin1').catch(() => ''));
    const keys = sshKeysFor(url, environment);
    const context = { request: requestOf(repository), timeoutSeconds, now: Date.now(), keys };
    return judgeFetch({ ...result, stderr: withoutProgress(stderr) }, answers, {
      ...context,
      into: wanted.into,
    });
  });
}

function fetchArguments(url: string, { into, refspecs, depth, withoutFiles = false }: Wanted): string[] {
  return [
    `--git-dir=${into}`,
    '-c',
    'gc.auto=0',
    '-c',
    'maintenance.auto=false',
    // Everything comes as packs, which are moved whole.
    '-c',
    'fetch.unpackLimit=1',
    'fetch',
    // With --quiet git would report no progress.
    '--progress',
    '--force',
    '--no-tags',
    '--no-recurse-submodules',
    typeof depth === 'number' ? `--depth=${depth}` : `--shallow-since=${isoSeconds(depth.since)}`,
    ...(withoutFiles === false ? [] : ['--filter=tree:0']),
    '--',
    url,
    ...refspecs,
  ];
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

/** Judges a run of `git fetch`. This machine's own failures come first: git breaks the line off for them. */
export function judgeFetch(
  result: ProgramResult,
  answers: readonly HttpAnswer[],
  context: RequestContext & { readonly into: string },
): Attempt<Fetched> {
  const { stderr } = result;
  if (result.ended === 'stopped') return { outcome: 'done', value: 'with-files-only' };
  const reason = result.ended === 'exit' && result.exitCode !== 0 ? systemReason(stderr) : undefined;
  if (reason !== undefined) return failed(mirrorNotWritten(repositoryAround(context.into), { reason }));
  const trouble = judgeExchange(result, answers, context);
  if (trouble !== undefined) return trouble;
  if (result.exitCode === 0) return { outcome: 'done', value: 'fetched' };
  if (/couldn't find remote ref/.test(stderr)) return { outcome: 'done', value: 'no-such-ref' };
  if (/not our ref|does not allow request for unadvertised object|no such remote ref/i.test(stderr))
    return { outcome: 'done', value: 'refused' };
  if (/early EOF|hung up unexpectedly|unexpected disconnect|bad pack header|corrupt/i.test(stderr)) {
    const request = { ...context.request, output: lastLines(stderr) };
    return tryAgain(gitAnswerCutOff({ ...request, reason: 'The end of the answer is missing' }));
  }
  return judgeMessage(result, context);
}
