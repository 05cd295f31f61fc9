import {
  gitAnswerBroken,
  gitAnswerCutOff,
  gitForbidden,
  gitHostFailed,
  gitHostUnreachable,
  gitProxyFailed,
  gitRateLimited,
  gitRepositoryNotFound,
  gitTimeout,
  gitTlsFailed,
  gitTokenMissing,
  gitTokenRefused,
} from '../errors/git-failures.ts';
import type { RepositoryRequest } from '../errors/repository-request.ts';
import type { ProgramResult } from '../process/run-program.ts';
import { cutAtWord } from '../secrets/cut-at-word.ts';
import type { HttpAnswer } from './curl-trace.ts';
import { judgeSsh } from './judge-ssh.ts';
import type { RemoteRefs } from './remote.ts';
import { readRemoteRefs } from './remote-refs.ts';
import { type Attempt, type FailedAttempt, failed, tryAgain } from './retry.ts';
import type { SshKeys } from './ssh-command.ts';

export interface RequestContext {
  readonly request: RepositoryRequest;
  readonly timeoutSeconds: number;
  /** For `Retry-After` and rate limits that name a time of day; milliseconds since the epoch. */
  readonly now: number;
  /** Given for ssh URLs. */
  readonly keys?: SshKeys | undefined;
}

/** Judges a run of `git ls-remote`. */
export function judgeListing(
  result: ProgramResult,
  answers: readonly HttpAnswer[],
  context: RequestContext,
): Attempt<RemoteRefs> {
  const failure = judgeExchange(result, answers, context);
  if (failure !== undefined) return failure;
  const refs = result.exitCode === 0 ? readRemoteRefs(result.stdout) : undefined;
  return refs === undefined ? judgeMessage(result, context) : { outcome: 'done', value: refs };
}

/**
 * The failure between git and the host, by the host's answer, and by git's messages only where the host did not answer.
 * `undefined` when the host answered.
 */
export function judgeExchange(
  { ended, exitCode, stderr }: ProgramResult,
  answers: readonly HttpAnswer[],
  { timeoutSeconds, now, keys, ...context }: RequestContext,
): FailedAttempt | undefined {
  const request = { ...context.request, output: lastLines(stderr) };
  if (ended === 'timeout') return failed(gitTimeout({ ...request, seconds: timeoutSeconds }));
  if (ended === 'too-much-output')
    return failed(gitAnswerBroken({ ...request, reason: 'The list of branches and tags is too long' }));
  if (keys !== undefined && exitCode !== 0) return judgeSsh(stderr, { request, timeoutSeconds, keys });

  const last = answers.at(-1);
  const transport = exitCode === 0 ? undefined : judgeTransport(stderr, request, timeoutSeconds);
  if (transport !== undefined) return transport;
  return last === undefined ? undefined : judgeAnswer(last, request, now);
}

/** The failure that an answer of the host states. */
export function judgeAnswer(
  answer: HttpAnswer,
  request: RepositoryRequest,
  now: number,
): FailedAttempt | undefined {
  if (answer.status >= 300) return judgeStatus(answer, request, now);
  if (isFromGit(answer)) return undefined;
  const type = answer.headers.get('content-type') ?? 'no content type';
  return failed(gitAnswerBroken({ ...request, reason: `The answer is ${type} instead of git's protocol` }));
}

/** A failure that only git's own message reports. */
export function judgeMessage({ stderr }: ProgramResult, { request }: RequestContext): FailedAttempt {
  const reason = /^(?:fatal|error): (.+)$/m.exec(stderr)?.[1] ?? 'git could not read the answer';
  return failed(gitAnswerBroken({ ...request, output: lastLines(stderr), reason }));
}

/** A host that is not a git host answers 200 with a page, and git then succeeds with an empty list. */
function isFromGit({ headers }: HttpAnswer): boolean {
  return headers.get('content-type')?.startsWith('application/x-git-upload-pack-') === true;
}

/** By the messages of the network library, which are never translated. `undefined` when there was a whole answer. */
function judgeTransport(
  stderr: string,
  request: RepositoryRequest,
  seconds: number,
): FailedAttempt | undefined {
  const reason = /unable to access '[^']*': (.+)$/m.exec(stderr)?.[1] ?? /curl \d+ (.+)$/m.exec(stderr)?.[1];
  if (reason === undefined || reason.startsWith('The requested URL returned error')) return undefined;
  const because = { ...request, reason };
  const matches = (pattern: RegExp): boolean => pattern.test(reason);

  if (matches(/proxy|CONNECT tunnel/i) || namesAnotherHost(reason, request.url))
    return failed(gitProxyFailed(because));
  if (matches(/bytes remaining|outstanding read data|transfer closed|partial file/i))
    return tryAgain(gitAnswerCutOff(because));
  if (
    matches(
      /was reset|reset by peer|Empty reply|SYSCALL|unexpected eof|broken pipe|HTTP\/2 stream|Send failure/i,
    )
  )
    return tryAgain(gitHostFailed({ ...request, reason: `The host closed the connection: ${reason}` }));
  if (matches(/timed out|timeout|too slow/i)) return failed(gitTimeout({ ...request, seconds }));
  if (matches(/SSL|TLS|certificate|handshake|schannel/i)) return failed(gitTlsFailed(because));
  return failed(gitHostUnreachable(because));
}

/** A connection to another host than the requested one was to a proxy. */
function namesAnotherHost(reason: string, url: string): boolean {
  const [, host, port] = /^Failed to connect to (\S+) port (\d+)/.exec(reason) ?? [];
  if (host === undefined || !URL.canParse(url)) return false;
  const { hostname, port: ownPort, protocol } = new URL(url);
  return host !== hostname.replace(/^\[|\]$/g, '') || port !== (ownPort || PORTS[protocol]);
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function judgeStatus(
  { status, headers }: HttpAnswer,
  request: RepositoryRequest,
  now: number,
): FailedAttempt {
  const location = headers.get('location');
  const waitSeconds = readRetryAfter(headers, clockOf(headers) ?? now);

  if (status < 400 && location !== undefined) return { outcome: 'redirect', location };
  if (status === 401)
    return failed(request.token === undefined ? gitTokenMissing(request) : gitTokenRefused(request));
  // GitHub also limits with 403, and then sends a wait or an empty quota.
  const isLimited = waitSeconds !== undefined || headers.get('x-ratelimit-remaining') === '0';
  if (status === 429 || (status === 403 && isLimited))
    return tryAgain(gitRateLimited({ ...request, retryAfterSeconds: waitSeconds }), waitSeconds);
  if (status === 403) return failed(gitForbidden(request));
  if (status === 404 || status === 410 || status === 451) return failed(gitRepositoryNotFound(request));
  const error = gitHostFailed({ ...request, reason: `The host answered with status ${status}` });
  return status >= 500 ? tryAgain(error, waitSeconds) : failed(error);
}

/** The dates of a host are by its own clock, which may differ from ours. */
function clockOf(headers: ReadonlyMap<string, string>): number | undefined {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : date;
}

/** Seconds to wait by `Retry-After` (seconds or a date, RFC 9110 §10.2.3) or GitHub's `x-ratelimit-reset`. */
export function readRetryAfter(headers: ReadonlyMap<string, string>, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  const date = value === undefined ? Number.NaN : Date.parse(value);
  if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - now) / 1000));
  const reset =
    headers.get('x-ratelimit-remaining') === '0' ? Number(headers.get('x-ratelimit-reset')) : Number.NaN;
  return Number.isNaN(reset) ? undefined : Math.max(0, Math.ceil(reset - now / 1000));
}

export function lastLines(text: string): string {
  return text
    .replace(/[^\P{Cc}\n]/gu, '')
    .trim()
    .split('\n')
    .slice(-8)
    .map((line) => cutAtWord(line, 300))
    .join('\n');
}
