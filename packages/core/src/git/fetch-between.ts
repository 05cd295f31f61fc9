import { join } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Environment } from '../process/environment.ts';
import { type CommitPair, type CommitsBetween, countBetween } from './commits-between.ts';
import { type OnProgress, repositoryName, withProgress } from './fetch-progress.ts';
import { type Fetched, type FetchSettings, fetchObjects } from './mirror/fetch-objects.ts';
import { createLocalGit, type LocalGit } from './mirror/local-git.ts';
import { initRepository } from './mirror/mirror-repository.ts';
import { readNetworkSettings } from './network-settings.ts';
import type { Repository } from './remote.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

export interface HostHistoryOptions {
  readonly environment: Environment;
  /** For one of several fetches, retries and pauses included. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal | undefined;
  /** Called while commits come from the host. */
  readonly onProgress?: OnProgress | undefined;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** How long before the older of the two commits the fetched history begins, in turn. */
const MARGINS = [HOUR, 90 * DAY, 730 * DAY] as const;
/** How many commits are fetched, in turn, where the host does not serve the older one by its id. */
const DEPTHS = [200, 5000] as const;

/**
 * Fetches the commits between two, without files, into a temporary repository, so that the mirror does not change. An
 * expected failure gives `known: false`.
 */
export async function fetchBetween(
  repository: Repository,
  pair: CommitPair,
  options: HostHistoryOptions,
): Promise<CommitsBetween> {
  const { environment, signal, onProgress } = options;
  const name = repositoryName(repository.url);
  const work = { id: `history ${repository.url}`, title: `Fetching the history of ${name}` };
  return withTemporaryFolder(environment, async (folder) => {
    const git = createLocalGit(folder, environment);
    const into = join(folder, 'commits.git');
    await initRepository(git, into, pair.to);
    const settings = { ...options, pauseSeconds: 0.5, settings: await readNetworkSettings(environment) };
    return withProgress(work, onProgress, (meter) =>
      fetchByDate({ repository, pair, git, into, settings: { ...settings, meter } }),
    );
  }).catch((error: unknown) => {
    if (!isDeBuildError(error) || signal?.aborted === true) throw error;
    return unknown(error.what);
  });
}

interface HistoryFetch {
  readonly repository: Repository;
  readonly pair: CommitPair;
  readonly git: LocalGit;
  readonly into: string;
  readonly settings: FetchSettings;
}

async function fetchByDate(request: HistoryFetch): Promise<CommitsBetween> {
  const { git, into, pair, settings } = request;
  const { signal } = settings;
  const both = [pair.from, pair.to];
  const first = await fetchCommits(request, both, 1);
  if (first === 'with-files-only') return unknown('The host serves commits only together with their files.');
  if (first !== 'fetched') return fetchByDepth(request);
  const dates = await Promise.all(
    both.map((commit) => git.run(into, ['log', '-1', '--format=%ct', commit, '--'], signal)),
  );
  const oldest = Math.min(...dates.map(Number));
  for (const margin of MARGINS) {
    const fetched = await fetchCommits(request, both, { since: Math.max(0, oldest - margin) });
    const found = fetched === 'fetched' ? await countBetween(git, into, { pair, signal }) : undefined;
    if (found !== undefined) return found;
  }
  return unknown('The histories of the two commits diverged more than two years before the older one.');
}

/** For hosts that do not serve the older commit by its id: because the host is old, or because the commit is gone. */
async function fetchByDepth(request: HistoryFetch): Promise<CommitsBetween> {
  const { git, into, pair, settings } = request;
  for (const depth of DEPTHS) {
    if ((await fetchCommits(request, [pair.to], depth)) !== 'fetched')
      return unknown('The host does not serve these commits.');
    const found = await countBetween(git, into, { pair, signal: settings.signal });
    if (found !== undefined) return found;
  }
  return unknown(
    `The host no longer serves ${pair.from.slice(0, 12)}, and it is not in the history of the newer commit, which was rewritten.`,
  );
}

function fetchCommits(
  { repository, into, settings }: HistoryFetch,
  commits: readonly string[],
  depth: number | { readonly since: number },
): Promise<Fetched> {
  const refspecs = commits.map((commit) => `${commit}:refs/de-build/${commit}`);
  return fetchObjects(repository, { into, refspecs, depth, withoutFiles: 'or-nothing' }, settings);
}

function unknown(why: string): CommitsBetween {
  return { known: false, why };
}
