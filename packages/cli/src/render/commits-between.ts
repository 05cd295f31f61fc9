import type { CommitsBetween } from '@de-build/core';
import { countOf } from './quantities.ts';

/** `3 commits`, `2 commits taken back`, `3 commits, 2 taken back` */
export function countCommits({ ahead, behind }: Extract<CommitsBetween, { known: true }>): string {
  if (behind === 0) return countOf(ahead, 'commit');
  return ahead === 0
    ? `${countOf(behind, 'commit')} taken back`
    : `${countOf(ahead, 'commit')}, ${behind} taken back`;
}
