import type { Hit } from './byte-search.ts';
import type { Leak, LeakPlace } from './leak.ts';

/** Different leaks that are told one by one; more say nothing more. */
const MOST_LEAKS = 500;

/** Counts what was found, each form of each secret once for each place. */
export interface LeakLedger<Place> {
  add(hit: Hit, place: Place): void;
  readonly entries: () => readonly LedgerEntry<Place>[];
  /** Kinds of hits that did not fit any more. */
  readonly dropped: () => number;
}

export interface LedgerEntry<Place> {
  readonly hit: Hit;
  readonly place: Place;
  readonly count: number;
}

/** @param keyOf tells places apart */
export function createLeakLedger<Place>(keyOf: (place: Place) => string): LeakLedger<Place> {
  const entries = new Map<string, { readonly hit: Hit; readonly place: Place; count: number }>();
  let dropped = 0;
  return {
    add(hit, place) {
      const { secret, form } = hit.needle ?? { secret: hit.token?.prefix, form: 'token-shaped' };
      const key = JSON.stringify([secret, form, hit.arrangement, keyOf(place)]);
      const known = entries.get(key);
      if (known !== undefined) known.count += 1;
      else if (entries.size < MOST_LEAKS) entries.set(key, { hit, place, count: 1 });
      else dropped += 1;
    },
    entries: () => [...entries.values()],
    dropped: () => dropped,
  };
}

/** A leak as it is told; only what is certain and in the image is an error. */
export function leakOf({ hit, count }: Pick<LedgerEntry<unknown>, 'hit' | 'count'>, place: LeakPlace): Leak {
  const { needle, arrangement = 'whole', token } = hit;
  const isInImage = place.kind === 'file' || place.kind === 'configuration';
  const leak = {
    severity: needle !== undefined && !needle.isWeak && isInImage ? ('error' as const) : ('warning' as const),
    secret: needle?.secret ?? `a token of ${token?.host} (${token?.prefix}…)`,
    isKnown: needle !== undefined,
    form: needle?.form ?? ('token-shaped' as const),
    arrangement,
    place,
    count,
  };
  return { ...leak, fix: fixOf(leak, needle?.isWeak ?? false) };
}

function fixOf({ secret, isKnown, place }: Omit<Leak, 'fix'>, isWeak: boolean): string {
  if (!isKnown) {
    return 'Find out whose token it is and whether it is a real one; if so, revoke it where it was made, and keep it out of what the image is made of.';
  }
  const revoke = isWeak
    ? `The value of ${secret} is so ordinary that it may stand there by chance; if it does not, change it.`
    : `Revoke the value of ${secret} where it was made, make a new one, and put that into the env file.`;
  return `${revoke} ${remedyOf(place)}`;
}

function remedyOf(place: LeakPlace): string {
  if (place.kind === 'build-record') {
    return 'Then `docker buildx history rm` with the name of the record takes it out of the engine; it is not in the image.';
  }
  if (place.kind === 'build-cache') {
    return 'Then `docker builder prune` takes it out of the engine; it is not in the image.';
  }
  if (place.kind !== 'file') {
    return 'Give it to the build as a secret (`RUN --mount=type=secret`), never by ARG, ENV or LABEL.';
  }
  if (isOfGit(place.path, place.inside)) {
    return 'Build with `tokenDelivery: mirror`, so that git never has the token, or remove it in the very step that clones.';
  }
  return 'Build with `tokenDelivery: mirror`, so that no step of the build has the token; or remove the file in the very step that writes it, for a later step only hides it.';
}

function isOfGit(path: string, inside: readonly string[]): boolean {
  return [path, ...inside].some((name) =>
    /(^|\/)\.git(\/|$)|\.pack$|(^|\/)objects\/[0-9a-f]{2}\//.test(name),
  );
}
