import { readFile } from 'node:fs/promises';
import { type Attempt, askPatiently, type GitWait, nameOf, type Patience } from './ask-patiently.ts';
import { readCurlTrace } from './curl-trace.ts';
import { withGitHome } from './git-home.ts';
import { judgeListing } from './judge-listing.ts';
import { type NetworkSettings, readNetworkSettings } from './network-settings.ts';
import type { GitRemote, RemoteRefs, Repository } from './remote.ts';
import { parseRemoteUrl } from './remote-url.ts';
import { runGit } from './run-git.ts';
import { sshMeansFor } from './ssh-command.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

export interface GitRemoteOptions {
  /** PATH, HOME, TMPDIR, proxy and certificate variables are taken from it, and nothing else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long one repository may take in all, tries and waits included. 30 unless given. */
  readonly timeoutSeconds?: number;
  /** The first pause before asking again, where the host does not name one; doubled after that. 0.5 unless given. */
  readonly pauseSeconds?: number;
  /** Called before each pause, so that nobody wonders what takes so long. */
  readonly onWait?: (wait: GitWait) => void;
}

/**
 * Asks git hosts through `git ls-remote`. Tries again (at most twice) only after 429, 5xx and broken connections.
 * A redirect is followed within the same origin, and to another https origin only when no token is involved.
 */
export function createGitRemote(options: GitRemoteOptions): GitRemote {
  const { environment, timeoutSeconds = 30, pauseSeconds = 0.5, onWait } = options;
  let settings: Promise<NetworkSettings> | undefined;
  return {
    async listRefs(repository, signal) {
      parseRemoteUrl(repository.url);
      signal?.throwIfAborted();
      settings ??= readSettings(environment);
      const question = {
        environment,
        settings: await settings,
        timeoutSeconds,
        pauseSeconds,
        signal,
        onWait,
      };
      return askPatiently(repository, question, (at, timeoutMs) => listOnce(at, { ...question, timeoutMs }));
    },
  };
}

interface Question extends Patience {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: NetworkSettings;
}

async function listOnce(
  repository: Repository,
  question: Question & { readonly timeoutMs: number },
): Promise<Attempt<RemoteRefs>> {
  const { environment, settings, timeoutMs, timeoutSeconds, signal } = question;
  const url = new URL(repository.url);
  const { credential } = repository;
  return withGitHome({ environment, url, credential, settings, timeoutMs }, async (home) => {
    const selection = repository.withDefaultBranch === true ? ['--symref'] : ['--heads', '--tags'];
    const result = await runGit(['ls-remote', ...selection, '--', repository.url], {
      environment: home.environment,
      folder: home.folder,
      timeoutMs,
      signal,
    });
    const answers = readCurlTrace(await readFile(home.traceFile, 'latin1').catch(() => ''));
    const asked = { repository: nameOf(repository), timeoutSeconds, now: Date.now() };
    return judgeListing(result, answers, { ...asked, ssh: sshMeansFor(url, environment) });
  });
}

/** In a folder that belongs to no repository. */
export async function readSettings(environment: GitRemoteOptions['environment']): Promise<NetworkSettings> {
  return withTemporaryFolder(environment, (folder) => readNetworkSettings(environment, folder));
}
