import { join } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { type CommitPair, type CommitsBetween, countBetween } from './commits-between.ts';
import { type OnProgress, repositoryName, withProgress } from './fetch-progress.ts';
import { readSettings } from './git-remote.ts';
import { type Fetched, type FetchSettings, fetchObjects } from './mirror/fetch-objects.ts';
import { createLocalGit, type LocalGit } from './mirror/local-git.ts';
import { initRepository } from './mirror/mirror-repository.ts';
import type { Repository } from './remote.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

export interface HostHistoryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For one fetch, tries and waits included; there may be a few. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal | undefined;
  /** Called while commits come from the host. */
  readonly onProgress?: OnProgress | undefined;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** How long before the older of the two commits the history that is asked for begins, step by step. */
const MARGINS = [HOUR, 90 * DAY, 730 * DAY] as const;
/** How many commits are asked for where the host does not give out the older one by its name. */
const DEPTHS = [200, 5000] as const;

/**
 * Asks a git host what lies between two commits. Only commits are fetched, no files, into a repository that lives as long
 * as the question: nothing of it gets near the mirror's pins. Whatever fails ends as `known: false`.
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
    const settings = { ...options, pauseSeconds: 0.5, settings: await readSettings(environment) };
    return withProgress(work, onProgress, (meter) =>
      ask({ repository, pair, git, into, settings: { ...settings, meter } }),
    );
  }).catch((error: unknown) => {
    if (!isDeBuildError(error) || signal?.aborted === true) throw error;
    return unknown(error.what);
  });
}

interface Question {
  readonly repository: Repository;
  readonly pair: CommitPair;
  readonly git: LocalGit;
  readonly into: string;
  readonly settings: FetchSettings;
}

async function ask(question: Question): Promise<CommitsBetween> {
  const { git, into, pair, settings } = question;
  const { signal } = settings;
  const both = [pair.from, pair.to];
  const first = await fetchCommits(question, both, 1);
  if (first === 'with-files-only')
    return unknown('The host gives out commits together with their files only.');
  if (first !== 'fetched') return askByDepth(question);
  const dates = await Promise.all(
    both.map((commit) => git.run(into, ['log', '-1', '--format=%ct', commit, '--'], signal)),
  );
  const oldest = Math.min(...dates.map(Number));
  for (const margin of MARGINS) {
    const fetched = await fetchCommits(question, both, { since: Math.max(0, oldest - margin) });
    const found = fetched === 'fetched' ? await countBetween(git, into, { pair, signal }) : undefined;
    if (found !== undefined) return found;
  }
  return unknown('The two commits parted longer ago than is looked back.');
}

/** The way where the older commit is not given out by its name: because of the host's age, or because it is gone. */
async function askByDepth(question: Question): Promise<CommitsBetween> {
  const { git, into, pair, settings } = question;
  for (const depth of DEPTHS) {
    if ((await fetchCommits(question, [pair.to], depth)) !== 'fetched')
      return unknown('The host does not give out these commits.');
    const found = await countBetween(git, into, { pair, signal: settings.signal });
    if (found !== undefined) return found;
  }
  return unknown(
    `The host does not give out ${pair.from.slice(0, 12)} any more, and it is not in the newer one's history: that was rewritten.`,
  );
}

function fetchCommits(
  { repository, into, settings }: Question,
  commits: readonly string[],
  depth: number | { readonly since: number },
): Promise<Fetched> {
  const refspecs = commits.map((commit) => `${commit}:refs/de-build/${commit}`);
  return fetchObjects(repository, { into, refspecs, depth, withoutFiles: 'or-nothing' }, settings);
}

function unknown(why: string): CommitsBetween {
  return { known: false, why };
}
