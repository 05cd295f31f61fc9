import { setTimeout as sleep } from 'node:timers/promises';
import type { DeBuildError } from '../errors/de-build-error.ts';
import { gitRedirected, gitTimeout } from '../errors/git-failures.ts';
import type { RepositoryRequest } from '../errors/repository-request.ts';
import type { Repository } from './remote.ts';
import { parseRemoteUrl, showable } from './remote-url.ts';

/** The result of one request to a git host, in terms of what to do next. */
export type Attempt<T> = { readonly outcome: 'done'; readonly value: T } | FailedAttempt;

export type FailedAttempt =
  | { readonly outcome: 'redirect'; readonly location: string }
  /** A retry may succeed: after `waitSeconds`, where the host names them. */
  | { readonly outcome: 'try-again'; readonly error: DeBuildError; readonly waitSeconds: number | undefined }
  | { readonly outcome: 'failed'; readonly error: DeBuildError };

export function failed(error: DeBuildError): FailedAttempt {
  return { outcome: 'failed', error };
}

export function tryAgain(error: DeBuildError, waitSeconds?: number): FailedAttempt {
  return { outcome: 'try-again', error, waitSeconds };
}

export interface RetryOptions {
  /** For one repository in total, retries and pauses included. */
  readonly timeoutSeconds: number;
  /** The first pause before a retry, where the host does not name one; doubled after that. */
  readonly pauseSeconds: number;
  readonly signal: AbortSignal | undefined;
  /** Called before each pause. */
  readonly onRetry?: ((retry: GitRetry) => void) | undefined;
}

/** A request to a git host that will be repeated after a pause. */
export interface GitRetry {
  readonly error: DeBuildError;
  readonly seconds: number;
  /** The host itself named the time. */
  readonly isNamedByHost: boolean;
}

const MAX_TRIES = 3;
const MAX_REDIRECTS = 5;
/** When a host wants a longer pause, its error is thrown, which says how long. */
const MAX_WAIT_SECONDS = 60;

/**
 * Follows redirects and retries, within the time for this repository. `attempt` gets the repository at the current address,
 * and the milliseconds that are left.
 * @throws the error of the last attempt; `git-timeout`, `git-redirected`; the signal's reason when aborted
 */
export async function withRetries<T>(
  repository: Repository,
  { timeoutSeconds, pauseSeconds, signal, onRetry }: RetryOptions,
  attempt: (repository: Repository, timeoutMs: number) => Promise<Attempt<T>>,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let url = parseRemoteUrl(repository.url);
  let redirects = 0;

  for (let tries = 1; ; ) {
    const timeoutMs = deadline - Date.now();
    if (timeoutMs <= 0) throw gitTimeout({ ...requestOf(repository), seconds: timeoutSeconds });
    const result = await attempt({ ...repository, url: url.href }, timeoutMs);

    if (result.outcome === 'done') return result.value;
    if (result.outcome === 'failed') throw result.error;
    if (result.outcome === 'redirect') {
      redirects += 1;
      url = follow(result.location, url, repository, redirects);
      continue;
    }
    const pause = pauseSeconds * 2 ** (tries - 1);
    const seconds = Math.max(result.waitSeconds ?? 0, pause);
    const isWorthWaiting =
      tries < MAX_TRIES && seconds <= MAX_WAIT_SECONDS && Date.now() + seconds * 1000 < deadline;
    if (!isWorthWaiting) throw result.error;
    tries += 1;
    onRetry?.({ error: result.error, seconds, isNamedByHost: result.waitSeconds === seconds });
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  }
}

/** The target of a redirect, if it may be followed. */
function follow(location: string, from: URL, repository: Repository, redirects: number): URL {
  const refuse = (isLoop: boolean): never => {
    throw gitRedirected({ ...requestOf(repository), to: showable(location), isLoop });
  };
  if (redirects > MAX_REDIRECTS) refuse(true);
  const base = `${from.href.replace(/\/+$/, '')}/info/refs`;
  if (!URL.canParse(location, base)) return refuse(false);
  const to = new URL(location, base);
  if (to.origin !== from.origin && repository.credential !== undefined) refuse(false);
  if (to.protocol !== from.protocol && to.protocol !== 'https:') refuse(false);
  to.search = '';
  to.hash = '';
  to.username = '';
  to.password = '';
  to.pathname = to.pathname.replace(/\/(?:info\/refs|git-upload-pack)$/, '');
  try {
    return parseRemoteUrl(to.href);
  } catch {
    return refuse(false);
  }
}

/** How a failure names the repository and its token. */
export function requestOf({ url, credential }: Repository): RepositoryRequest {
  return { url: showable(url), ...(credential && { token: credential.password.name }) };
}
