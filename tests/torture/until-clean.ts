import { setTimeout as sleep } from 'node:timers/promises';
import type { Aftermath, ReleaseTrials } from './release-trials.ts';

const WITHIN_MS = 15_000;

/** Looks until nothing lies around any more; an engine ends a canceled step in its own time. */
export async function lookUntilClean(
  trials: ReleaseTrials,
  mayStay: (leftover: string) => boolean = () => false,
): Promise<Aftermath> {
  const end = Date.now() + WITHIN_MS;
  for (;;) {
    const seen = await trials.look();
    if ((seen.leftovers.every(mayStay) && !seen.isLocked) || Date.now() > end) return seen;
    await sleep(100);
  }
}
