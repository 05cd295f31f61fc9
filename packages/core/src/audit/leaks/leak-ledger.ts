import type { Hit } from './byte-search.ts';
import { joinLeaks } from './join-leaks.ts';
import type { Leak, LeakedPlace, LeakForm, LeakPlace } from './leak.ts';
import { fixesOf } from './leak-fixes.ts';

/** Maximum of places of one secret that are listed; more would add nothing. */
const MOST_PLACES = 500;

/** Counts hits, by secret, place and form. */
export interface LeakLedger<Place> {
  add(hit: Hit, place: Place): void;
  /** @param locate gives the place of the leak; `undefined` when the place is not in the image after all */
  leaks(locate: (place: Place) => LeakPlace | undefined): readonly Leak[];
}

interface Entry<Place> {
  readonly place: Place;
  readonly forms: Map<string, LeakForm>;
}

interface SecretEntry<Place> {
  readonly hit: Hit;
  readonly places: Map<string, Entry<Place>>;
  /** How many more there are. */
  omitted: number;
  /** The key of the last of them: one place has its hits in a row. */
  lastOmitted?: string;
}

export function createLeakLedger<Place extends object>(): LeakLedger<Place> {
  const secrets = new Map<string, SecretEntry<Place>>();
  return {
    add(hit, place) {
      const secret = getOrMake<SecretEntry<Place>>(secrets, nameOf(hit), () => ({
        hit,
        places: new Map(),
        omitted: 0,
      }));
      const key = JSON.stringify(place);
      if (secret.places.size >= MOST_PLACES && !secret.places.has(key)) {
        if (secret.lastOmitted !== key) secret.omitted += 1;
        secret.lastOmitted = key;
        return;
      }
      const { forms } = getOrMake(secret.places, key, () => ({ place, forms: new Map() }));
      const form = hit.needle?.form ?? 'token-shaped';
      const arrangement = hit.arrangement ?? 'whole';
      const name = `${form} ${arrangement}`;
      forms.set(name, { form, arrangement, count: (forms.get(name)?.count ?? 0) + 1 });
    },
    leaks: (locate) =>
      joinLeaks(
        [...secrets.values()].flatMap(({ hit, places, omitted }) => {
          const located = [...places.values()].flatMap(({ place, forms }): LeakedPlace[] => {
            const at = locate(place);
            return at === undefined ? [] : [{ place: at, forms: [...forms.values()] }];
          });
          return located.length === 0 ? [] : [leakOf(hit, located, omitted)];
        }),
      ),
  };
}

/** One key may have an ordinary value and another one. */
function nameOf({ needle, token }: Hit): string {
  return needle === undefined ? `${token?.prefix}` : `${needle.isWeak} ${needle.secret}`;
}

/** Only a certain hit in the image itself is an error. */
function leakOf({ needle, token }: Hit, places: readonly LeakedPlace[], omitted: number): Leak {
  const isInImage = places.some(({ place }) => place.kind === 'file' || place.kind === 'configuration');
  const secret = needle?.secret ?? `a token of ${token?.host} (${token?.prefix}…)`;
  return {
    severity: needle !== undefined && !needle.isWeak && isInImage ? 'error' : 'warning',
    secret,
    isKnown: needle !== undefined,
    places,
    omitted,
    fixes: fixesOf(secret, needle, places),
  };
}

function getOrMake<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
