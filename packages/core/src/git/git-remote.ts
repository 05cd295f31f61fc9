import { readFile } from 'node:fs/promises';
import type { Environment } from '../process/environment.ts';
import { askHost, isAskable } from './ask-host.ts';
import { readCurlTrace } from './curl-trace.ts';
import { withGitHome } from './git-home.ts';
import { judgeListing } from './judge-listing.ts';
import { type NetworkSettings, readNetworkSettings } from './network-settings.ts';
import type { GitRemote, RemoteRefs, Repository } from './remote.ts';
import { parseRemoteUrl } from './remote-url.ts';
import { type Attempt, type GitRetry, type RetryOptions, requestOf, withRetries } from './retry.ts';
import { runGit } from './run-git.ts';
import { sshKeysFor } from './ssh-command.ts';

export interface GitRemoteOptions {
  /** Only PATH, HOME, TMPDIR, proxy and certificate variables are used. */
  readonly environment: Environment;
  /** How long one repository may take in total, retries and pauses included. 30 unless given. */
  readonly timeoutSeconds?: number;
  /** The first pause before a retry, where the host does not name one; doubled after that. 0.5 unless given. */
  readonly pauseSeconds?: number;
  /** Called before each pause. */
  readonly onRetry?: (retry: GitRetry) => void;
}

/**
 * Reads branches and tags: in this process where that is possible, otherwise with `git ls-remote`. Retries (at most twice) only after 429, 5xx and broken connections.
 * A redirect is followed within the same origin, and to another https origin only when no token is involved.
 */
export function createGitRemote(options: GitRemoteOptions): GitRemote {
  const { environment, timeoutSeconds = 30, pauseSeconds = 0.5, onRetry } = options;
  let settings: Promise<NetworkSettings> | undefined;
  return {
    async listRefs(repository, signal) {
      const url = parseRemoteUrl(repository.url);
      signal?.throwIfAborted();
      settings ??= readNetworkSettings(environment);
      const own = await settings;
      const listing = { environment, settings: own, timeoutSeconds, pauseSeconds, signal, onRetry };
      let isAsked = isAskable(url, environment, own);
      return withRetries(repository, listing, async (at, timeoutMs) => {
        const deadline = Date.now() + timeoutMs;
        const answered = isAsked ? await askHost(at, { ...listing, timeoutMs }) : undefined;
        if (answered !== undefined) return answered;
        // From here on: git has more ways to reach a host, and its messages say why it cannot.
        isAsked = false;
        return listWithGit(at, { ...listing, timeoutMs: Math.max(1, deadline - Date.now()) });
      });
    },
  };
}

interface Listing extends RetryOptions {
  readonly environment: Environment;
  readonly settings: NetworkSettings;
  readonly timeoutMs: number;
}

async function listWithGit(repository: Repository, listing: Listing): Promise<Attempt<RemoteRefs>> {
  const { environment, timeoutMs, timeoutSeconds, signal } = listing;
  const url = new URL(repository.url);
  return withGitHome({ ...listing, url, credential: repository.credential }, async (home) => {
    const selection = repository.withDefaultBranch === true ? ['--symref'] : ['--heads', '--tags'];
    const result = await runGit(['ls-remote', ...selection, '--', repository.url], {
      environment: home.environment,
      folder: home.folder,
      timeoutMs,
      signal,
    });
    const answers = readCurlTrace(await readFile(home.traceFile, 'latin1').catch(() => ''));
    const keys = sshKeysFor(url, environment);
    return judgeListing(result, answers, {
      request: requestOf(repository),
      timeoutSeconds,
      now: Date.now(),
      keys,
    });
  });
}
