import type { AskedRepository } from '../errors/asked-repository.ts';
import type { DeBuildError } from '../errors/de-build-error.ts';
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
import type { ProgramResult } from '../process/run-program.ts';
import { cutAtWord } from '../secrets/cut-at-word.ts';
import type { Attempt, Trouble } from './ask-patiently.ts';
import type { HttpAnswer } from './curl-trace.ts';
import { judgeSsh } from './judge-ssh.ts';
import type { RemoteRefs } from './remote.ts';
import { readRemoteRefs } from './remote-refs.ts';
import type { SshMeans } from './ssh-command.ts';

export interface Asked {
  readonly repository: AskedRepository;
  readonly timeoutSeconds: number;
  /** For `Retry-After` and rate limits that name a time of day; milliseconds since the epoch. */
  readonly now: number;
  /** Given when it was asked over ssh. */
  readonly ssh?: SshMeans | undefined;
}

/** Judges a run of `git ls-remote`. */
export function judgeListing(
  result: ProgramResult,
  answers: readonly HttpAnswer[],
  asked: Asked,
): Attempt<RemoteRefs> {
  const trouble = judgeExchange(result, answers, asked);
  if (trouble !== undefined) return trouble;
  if (result.exitCode === 0) {
    const refs = readRemoteRefs(result.stdout);
    if (refs !== undefined) return { outcome: 'done', value: refs };
  }
  return judgeWords(result, asked);
}

/**
 * What went wrong between git and the host, by what the host answered, and by git's words only where the host said
 * nothing. `undefined` when the host did its part.
 */
export function judgeExchange(
  result: ProgramResult,
  answers: readonly HttpAnswer[],
  asked: Asked,
): Trouble | undefined {
  const repository = { ...asked.repository, output: lastLines(result.stderr) };
  const failed = (error: DeBuildError): Trouble => ({ outcome: 'failed', error });

  if (result.ended === 'timeout') return failed(gitTimeout({ ...repository, seconds: asked.timeoutSeconds }));
  if (result.ended === 'too-much-output')
    return failed(gitAnswerBroken({ ...repository, reason: 'The list of branches and tags has no end' }));

  if (asked.ssh !== undefined && result.exitCode !== 0)
    return judgeSsh(result.stderr, {
      repository,
      timeoutSeconds: asked.timeoutSeconds,
      means: asked.ssh,
    });

  const last = answers.at(-1);
  const transport = judgeTransport(result.stderr, repository, asked.timeoutSeconds);
  if (result.exitCode !== 0 && transport !== undefined) return transport;
  if (last !== undefined && last.status >= 300) return judgeStatus(last, repository, asked.now);

  if (last !== undefined && !isFromGit(last)) {
    const reason = `The host answered with ${last.headers.get('content-type') ?? 'something unnamed'} where git would speak`;
    return failed(gitAnswerBroken({ ...repository, reason }));
  }
  return undefined;
}

/** A failure that only git's own words tell of. */
export function judgeWords(result: ProgramResult, { repository }: Asked): Trouble {
  const reason = /^(?:fatal|error): (.+)$/m.exec(result.stderr)?.[1] ?? 'git could not read it';
  return {
    outcome: 'failed',
    error: gitAnswerBroken({ ...repository, output: lastLines(result.stderr), reason }),
  };
}

/** A host that speaks no git answers 200 with a page, and git then succeeds with an empty list. */
function isFromGit({ headers }: HttpAnswer): boolean {
  return headers.get('content-type')?.startsWith('application/x-git-upload-pack-') === true;
}

/** What the network library says when there was no whole answer. Its texts are never translated. */
function judgeTransport(stderr: string, repository: AskedRepository, seconds: number): Trouble | undefined {
  const reason = /unable to access '[^']*': (.+)$/m.exec(stderr)?.[1] ?? /curl \d+ (.+)$/m.exec(stderr)?.[1];
  if (reason === undefined || reason.startsWith('The requested URL returned error')) return undefined;
  const tryAgain = (error: DeBuildError): Trouble => ({
    outcome: 'try-again',
    error,
    waitSeconds: undefined,
  });

  const failed = (error: DeBuildError): Trouble => ({ outcome: 'failed', error });

  if (/proxy|CONNECT tunnel/i.test(reason) || namesAnother(reason, repository.url))
    return failed(gitProxyFailed({ ...repository, reason }));
  if (/bytes remaining|outstanding read data|transfer closed|partial file/i.test(reason))
    return tryAgain(gitAnswerCutOff({ ...repository, reason }));
  if (
    /was reset|reset by peer|Empty reply|SYSCALL|unexpected eof|broken pipe|HTTP\/2 stream|Send failure/i.test(
      reason,
    )
  )
    return tryAgain(gitHostFailed({ ...repository, reason: `The host broke the connection off: ${reason}` }));
  if (/timed out|timeout|too slow/i.test(reason)) return failed(gitTimeout({ ...repository, seconds }));
  if (/SSL|TLS|certificate|handshake|schannel/i.test(reason))
    return failed(gitTlsFailed({ ...repository, reason }));
  return { outcome: 'failed', error: gitHostUnreachable({ ...repository, reason }) };
}

/** A connection to any other place than the host itself was for a proxy. */
function namesAnother(reason: string, url: string): boolean {
  const [, host, port] = /^Failed to connect to (\S+) port (\d+)/.exec(reason) ?? [];
  if (host === undefined || !URL.canParse(url)) return false;
  const asked = new URL(url);
  return host !== asked.hostname.replace(/^\[|\]$/g, '') || port !== (asked.port || PORTS[asked.protocol]);
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function judgeStatus(answer: HttpAnswer, repository: AskedRepository, now: number): Trouble {
  const { status, headers } = answer;
  const failed = (error: DeBuildError): Trouble => ({ outcome: 'failed', error });
  const location = headers.get('location');
  const waitSeconds = readRetryAfter(headers, clockOf(headers) ?? now);

  if (status < 400 && location !== undefined) return { outcome: 'redirect', location };
  if (status === 401)
    return failed(repository.token === undefined ? gitTokenMissing(repository) : gitTokenRefused(repository));
  // GitHub limits with 403 too, and then sends a wait or an empty quota along.
  if (
    status === 429 ||
    (status === 403 && (waitSeconds !== undefined || headers.get('x-ratelimit-remaining') === '0'))
  )
    return {
      outcome: 'try-again',
      error: gitRateLimited({ ...repository, retryAfterSeconds: waitSeconds }),
      waitSeconds,
    };
  if (status === 403) return failed(gitForbidden(repository));
  if (status === 404 || status === 410 || status === 451) return failed(gitRepositoryNotFound(repository));
  const error = gitHostFailed({ ...repository, reason: `The host answered with status ${status}` });
  return status >= 500 ? { outcome: 'try-again', error, waitSeconds } : failed(error);
}

/** A host reckons dates by its own clock, which may differ from ours. */
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
