import { setTimeout as sleep } from 'node:timers/promises';
import type { DeBuildError } from '../errors/de-build-error.ts';
import { gitRedirected, gitTimeout } from '../errors/git-failures.ts';
import type { Repository } from './remote.ts';
import { parseRemoteUrl, showable } from './remote-url.ts';

/** How one exchange with a git host ended, in terms of what to do next. */
export type Attempt<T> = { readonly outcome: 'done'; readonly value: T } | Trouble;

export type Trouble =
  | { readonly outcome: 'redirect'; readonly location: string }
  /** Worth another try: after `waitSeconds`, when the host said so. */
  | { readonly outcome: 'try-again'; readonly error: DeBuildError; readonly waitSeconds: number | undefined }
  | { readonly outcome: 'failed'; readonly error: DeBuildError };

export interface Patience {
  /** For one repository in all, tries and waits included. */
  readonly timeoutSeconds: number;
  /** The first pause before asking again, where the host does not name one; doubled after that. */
  readonly pauseSeconds: number;
  readonly signal: AbortSignal | undefined;
  /** Called before a pause, with why and how long. */
  readonly onWait?: ((wait: GitWait) => void) | undefined;
}

/** A pause before a git host is asked once more. */
export interface GitWait {
  /** What the host answered, or did not. */
  readonly error: DeBuildError;
  readonly seconds: number;
  /** The host itself named the time. */
  readonly isAskedFor: boolean;
}

const MAX_TRIES = 3;
const MAX_REDIRECTS = 5;
/** A host that wants a longer pause than this is not waited for: its error says how long it wants. */
const MAX_WAIT_SECONDS = 60;

/**
 * Follows redirects and tries again, within the time for this repository. `attempt` gets the repository at the address
 * to ask this time, and the milliseconds that are left.
 * @throws what the last attempt failed with; `git-timeout`, `git-redirected`; the signal's reason when aborted.
 */
export async function askPatiently<T>(
  repository: Repository,
  { timeoutSeconds, pauseSeconds, signal, onWait }: Patience,
  attempt: (repository: Repository, timeoutMs: number) => Promise<Attempt<T>>,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let url = parseRemoteUrl(repository.url);
  let redirects = 0;

  for (let tries = 1; ; ) {
    const timeoutMs = deadline - Date.now();
    if (timeoutMs <= 0) throw gitTimeout({ ...nameOf(repository), seconds: timeoutSeconds });
    const result = await attempt({ ...repository, url: url.href }, timeoutMs);

    if (result.outcome === 'done') return result.value;
    if (result.outcome === 'failed') throw result.error;
    if (result.outcome === 'redirect') {
      redirects += 1;
      url = follow(result.location, url, repository, redirects);
      continue;
    }
    const pause = pauseSeconds * 2 ** (tries - 1);
    const waitSeconds = Math.max(result.waitSeconds ?? 0, pause);
    const isWorthWaiting =
      tries < MAX_TRIES && waitSeconds <= MAX_WAIT_SECONDS && Date.now() + waitSeconds * 1000 < deadline;
    if (!isWorthWaiting) throw result.error;
    tries += 1;
    onWait?.({ error: result.error, seconds: waitSeconds, isAskedFor: result.waitSeconds === waitSeconds });
    await sleep(waitSeconds * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  }
}

/** Where a redirect leads, when it may be followed. */
function follow(location: string, from: URL, repository: Repository, redirects: number): URL {
  const refuse = (isLoop: boolean): never => {
    throw gitRedirected({ ...nameOf(repository), to: showable(location), isLoop });
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

/** What a failure calls the repository and its token. */
export function nameOf({ url, credential }: Repository): { url: string; token?: string } {
  return { url: showable(url), ...(credential === undefined ? {} : { token: credential.password.name }) };
}
