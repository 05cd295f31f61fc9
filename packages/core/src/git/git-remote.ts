import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gitRedirected, gitTimeout } from '../errors/git-failures.ts';
import { readCurlTrace } from './curl-trace.ts';
import { makeFolder, withGitHome } from './git-home.ts';
import { judgeListing, type Listing } from './judge-listing.ts';
import { type NetworkSettings, readNetworkSettings } from './network-settings.ts';
import type { GitRemote, RemoteRefs, Repository } from './remote.ts';
import { parseRemoteUrl, showable } from './remote-url.ts';
import { runGit } from './run-git.ts';

export interface GitRemoteOptions {
  /** PATH, HOME, TMPDIR, proxy and certificate variables are taken from it, and nothing else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long one repository may take in all, tries and waits included. 30 unless given. */
  readonly timeoutSeconds?: number;
  /** The first pause before asking again, where the host does not name one; doubled after that. 0.5 unless given. */
  readonly pauseSeconds?: number;
}

const MAX_TRIES = 3;
const MAX_REDIRECTS = 5;
/** A host that wants a longer pause than this is not waited for: its error says how long it wants. */
const MAX_WAIT_SECONDS = 10;

/**
 * Asks git hosts through `git ls-remote`. Tries again (at most twice) only after 429, 5xx and broken connections.
 * A redirect is followed within the same origin, and to another https origin only when no token is involved.
 */
export function createGitRemote(options: GitRemoteOptions): GitRemote {
  const { environment, timeoutSeconds = 30, pauseSeconds = 0.5 } = options;
  let settings: Promise<NetworkSettings> | undefined;
  return {
    async listRefs(repository, signal) {
      parseRemoteUrl(repository.url);
      signal?.throwIfAborted();
      settings ??= readSettings(environment);
      const question = { environment, settings: await settings, timeoutSeconds, pauseSeconds, signal };
      return listPatiently(repository, question);
    },
  };
}

interface Question {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: NetworkSettings;
  readonly timeoutSeconds: number;
  readonly pauseSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/** Follows redirects and tries again, within the time for this repository. */
async function listPatiently(repository: Repository, question: Question): Promise<RemoteRefs> {
  const { timeoutSeconds, pauseSeconds, signal } = question;
  const deadline = Date.now() + timeoutSeconds * 1000;
  let url = parseRemoteUrl(repository.url);
  let redirects = 0;

  for (let tries = 1; ; ) {
    const timeoutMs = deadline - Date.now();
    if (timeoutMs <= 0) throw gitTimeout({ ...nameOf(repository), seconds: timeoutSeconds });
    const listing = await listOnce({ ...repository, url: url.href }, { ...question, timeoutMs });

    if (listing.outcome === 'refs') return listing.refs;
    if (listing.outcome === 'failed') throw listing.error;
    if (listing.outcome === 'redirect') {
      redirects += 1;
      url = follow(listing.location, url, repository, redirects);
      continue;
    }
    const waitSeconds = listing.waitSeconds ?? pauseSeconds * 2 ** (tries - 1);
    const isWorthWaiting =
      tries < MAX_TRIES && waitSeconds <= MAX_WAIT_SECONDS && Date.now() + waitSeconds * 1000 < deadline;
    if (!isWorthWaiting) throw listing.error;
    tries += 1;
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

async function listOnce(
  repository: Repository,
  question: Question & { readonly timeoutMs: number },
): Promise<Listing> {
  const { environment, settings, timeoutMs, timeoutSeconds, signal } = question;
  const url = new URL(repository.url);
  const { credential } = repository;
  return withGitHome({ environment, url, credential, settings, timeoutMs }, async (home) => {
    const selection = repository.withDefaultBranch === true ? ['--symref'] : ['--heads', '--tags'];
    const result = await runGit(['ls-remote', ...selection, '--', repository.url], {
      environment: home.environment,
      folder: home.folder,
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const answers = readCurlTrace(await readFile(home.traceFile, 'latin1').catch(() => ''));
    return judgeListing(result, answers, { repository: nameOf(repository), timeoutSeconds, now: Date.now() });
  });
}

/** Settings are read once for a remote, in a folder that belongs to no repository. */
async function readSettings(environment: GitRemoteOptions['environment']): Promise<NetworkSettings> {
  const folder = await makeFolder(environment);
  try {
    return await readNetworkSettings(environment, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nameOf({ url, credential }: Repository): { url: string; token?: string } {
  return { url: showable(url), ...(credential === undefined ? {} : { token: credential.password.name }) };
}
