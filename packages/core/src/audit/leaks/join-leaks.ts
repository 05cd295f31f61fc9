import type { Leak, LeakedPlace } from './leak.ts';

/** Leaks of several searches, one for each secret. What must be fixed first comes first, also of the places of each. */
export function joinLeaks(leaks: readonly Leak[]): readonly Leak[] {
  const joined = new Map<string, Leak>();
  for (const leak of leaks) {
    const known = joined.get(leak.secret);
    joined.set(leak.secret, known === undefined ? leak : join(known, leak));
  }
  return [...joined.values()]
    .map((leak) => ({
      ...leak,
      places: leak.places.toSorted((a, b) => compare(rankOfPlace(a), rankOfPlace(b))),
    }))
    .sort((a, b) => compare(rankOfLeak(a), rankOfLeak(b)));
}

function join(one: Leak, other: Leak): Leak {
  return {
    ...one,
    severity: one.severity === 'error' ? one.severity : other.severity,
    places: [...one.places, ...other.places],
    omitted: one.omitted + other.omitted,
    fixes: [...new Set([...one.fixes, ...other.fixes])],
  };
}

function rankOfLeak({ severity, places: [worst] }: Leak): readonly number[] {
  return [severity === 'error' ? 0 : 1, ...(worst === undefined ? [] : rankOfPlace(worst))];
}

/**
 * The lower, the sooner the secret is met: the configuration is shown without the layers; then what the container serves or
 * runs, what it has in plain text, and what only a lower layer still has. The engine's own records are not passed on.
 */
function rankOfPlace({ place, forms }: LeakedPlace): readonly number[] {
  if (place.kind === 'configuration') return [0];
  if (place.kind !== 'file') return [2];
  const { path, inside, deletedBy } = place;
  const isPlain = forms.some(({ form, arrangement }) => form === 'raw' && arrangement === 'whole');
  const use = SERVED.test(path) ? 0 : RUN.test(path) ? 1 : 2;
  return [1, deletedBy === undefined ? 0 : 1, use, isPlain ? 0 : 1, inside.length];
}

/** Folders that web servers serve, those of bench among them. */
const SERVED = /(^|\/)(assets|public|static|www|html)\//;
const RUN = /(^|\/)s?bin\/|\.(py|m?js|sh)$/;

/** The first number that differs decides. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((rank, index) => rank !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
