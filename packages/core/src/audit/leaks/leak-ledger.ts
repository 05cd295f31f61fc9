import type { Hit } from './byte-search.ts';
import type { Leak, LeakPlace } from './leak.ts';

/** Maximum of different leaks that are listed; more would add nothing. */
const MOST_LEAKS = 500;

/** Counts hits, each form of each secret once for each place. */
export interface LeakLedger<Place> {
  add(hit: Hit, place: Place): void;
  /** @param locate gives the place of the leak; `undefined` when the place is not in the image after all */
  leaks(locate: (place: Place) => LeakPlace | undefined): readonly Leak[];
  /** Hits that are not among the leaks because there are too many. */
  omitted(): number;
}

export function createLeakLedger<Place extends object>(): LeakLedger<Place> {
  const entries = new Map<string, { readonly hit: Hit; readonly place: Place; count: number }>();
  let omitted = 0;
  return {
    add(hit, place) {
      const { needle, token, arrangement } = hit;
      const key = JSON.stringify([needle?.secret ?? token?.prefix, needle?.form, arrangement, place]);
      const known = entries.get(key);
      if (known !== undefined) known.count += 1;
      else if (entries.size < MOST_LEAKS) entries.set(key, { hit, place, count: 1 });
      else omitted += 1;
    },
    leaks: (locate) =>
      [...entries.values()].flatMap(({ hit, place, count }) => {
        const located = locate(place);
        return located === undefined ? [] : [leakOf(hit, located, count)];
      }),
    omitted: () => omitted,
  };
}

/** Only a certain hit in the image itself is an error. */
function leakOf({ needle, arrangement = 'whole', token }: Hit, place: LeakPlace, count: number): Leak {
  const isInImage = place.kind === 'file' || place.kind === 'configuration';
  const secret = needle?.secret ?? `a token of ${token?.host} (${token?.prefix}…)`;
  return {
    severity: needle !== undefined && !needle.isWeak && isInImage ? 'error' : 'warning',
    secret,
    isKnown: needle !== undefined,
    form: needle?.form ?? 'token-shaped',
    arrangement,
    place,
    count,
    fix: needle === undefined ? UNKNOWN_TOKEN : `${revoke(secret, needle.isWeak)} ${removalOf(place)}`,
  };
}

const UNKNOWN_TOKEN =
  'Find out whose token it is and whether it is real; if so, revoke it where it was made, and keep it out of what the image is built from.';

function revoke(secret: string, isWeak: boolean): string {
  return isWeak
    ? `The value of ${secret} is so ordinary that it may be there by chance; if it is not, change it.`
    : `Revoke the value of ${secret} where it was made, create a new one, and put that into the env file.`;
}

function removalOf(place: LeakPlace): string {
  switch (place.kind) {
    case 'build-record':
      return `Then remove the record from the engine with \`docker buildx history rm\`; it is not in the image.`;
    case 'build-cache':
      return 'Then remove it from the engine with `docker builder prune`; it is not in the image.';
    case 'configuration':
      return 'Pass it to the build as a secret (`RUN --mount=type=secret`), never by ARG, ENV or LABEL.';
    case 'file':
      return isOfGit(place.path, place.inside)
        ? 'git keeps the URL that it clones from: with `tokenDelivery: sources` no step has the token of an app; otherwise remove `.git` in the step that clones.'
        : 'Change the step that writes the file: pass the secret by `RUN --mount=type=secret`, or not at all. A later step that removes the file only hides it.';
  }
}

function isOfGit(path: string, inside: readonly string[]): boolean {
  return [path, ...inside].some((name) =>
    /(^|\/)\.git(\/|$)|\.pack$|(^|\/)objects\/[0-9a-f]{2}\//.test(name),
  );
}
