import { setTimeout as sleep } from 'node:timers/promises';
import type { Aftermath, ReleaseTrials } from './release-trials.ts';

/** Looks until nothing lies around any more; an engine ends a canceled step in its own time. */
export async function lookUntilClean(trials: ReleaseTrials, withinMs = 15_000): Promise<Aftermath> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await trials.look();
    if ((seen.leftovers.length === 0 && !seen.isLocked) || Date.now() > end) return seen;
    await sleep(100);
  }
}
