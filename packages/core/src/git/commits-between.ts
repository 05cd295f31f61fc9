import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalGit } from './mirror/local-git.ts';

/** The commits between two commits of an app. */
export type CommitsBetween = KnownCommits | { readonly known: false; readonly why: string };

export interface KnownCommits {
  readonly known: true;
  /** How many commits are in `to` and not in `from`. */
  readonly ahead: number;
  /** How many are in `from` and not in `to`: 0 unless the history was rewritten, or `to` is the older one. */
  readonly behind: number;
  /** First lines of the messages of those in `to` and not in `from`, newest first; at most 200. */
  readonly subjects: readonly string[];
}

/** Two commits of one repository. */
export interface CommitPair {
  readonly from: string;
  readonly to: string;
}

const MOST_SUBJECTS = 200;
const LONGEST_SUBJECT = 300;

/** Counts in a repository that may be shallow. `undefined` when a counted commit lacks its parents, for then more may follow. */
export async function countBetween(
  git: LocalGit,
  repository: string,
  { pair: { from, to }, signal }: { readonly pair: CommitPair; readonly signal: AbortSignal | undefined },
): Promise<KnownCommits | undefined> {
  const listed = await git.ask(repository, ['rev-list', '--left-right', `${from}...${to}`, '--'], signal);
  if (listed === undefined) return undefined;
  const lines = listed.split('\n').filter((line) => line !== '');
  const shallow = await readShallow(repository);
  if (lines.some((line) => shallow.has(line.slice(1)))) return undefined;
  const behind = lines.filter((line) => line.startsWith('<')).length;
  const log = ['log', '-z', '--format=%s', `--max-count=${MOST_SUBJECTS}`, `${from}..${to}`, '--'];
  const subjects = (await git.ask(repository, log, signal)) ?? '';
  return {
    known: true,
    ahead: lines.length - behind,
    behind,
    subjects: subjects
      .split('\0')
      .filter((subject) => subject !== '')
      .map((subject) => subject.slice(0, LONGEST_SUBJECT)),
  };
}

/** The commits whose parents a shallow repository lacks. */
async function readShallow(repository: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(repository, 'shallow'), 'latin1').catch(() => '');
  return new Set(text.split('\n'));
}
