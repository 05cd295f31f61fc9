import { editDistance } from './edit-distance.ts';

/**
 * The known name that a mistyped one is probably meant for, or `undefined` when none is close: at most one edit
 * for every three characters, where an edit adds, removes or replaces a letter, or swaps two. Case does not count.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}
