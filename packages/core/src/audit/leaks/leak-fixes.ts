import type { LeakedPlace, LeakPlace } from './leak.ts';
import type { Needle } from './needle.ts';

/** What to do about a secret that was found, and then about its places. */
export function fixesOf(
  secret: string,
  needle: Pick<Needle, 'isWeak'> | undefined,
  places: readonly LeakedPlace[],
): readonly string[] {
  if (needle === undefined) return unknownTokenFixes(places);
  return [
    needle.isWeak
      ? `The value of ${secret} is so ordinary that it may be there by chance; if it is not, change it.`
      : `Revoke the value of ${secret} where it was made, create a new one, and put that into the env file.`,
    ...removalsOf(places),
  ];
}

/** How the next image is made without the secret, for each kind of place. */
export function removalsOf(places: readonly LeakedPlace[]): readonly string[] {
  return [...new Set(places.map(({ place }) => removalOf(place)))];
}

/** What the engine keeps may be of another build than the image's. */
function unknownTokenFixes(places: readonly LeakedPlace[]): readonly string[] {
  const beside = places.filter(({ place }) => place.kind === 'build-record' || place.kind === 'build-cache');
  const isInImage = beside.length < places.length;
  return [
    `Find out whose token it is and whether it is real; if so, revoke it where it was made${isInImage ? ', and keep it out of what the image is built from' : ''}.`,
    ...removalsOf(beside),
  ];
}

function removalOf(place: LeakPlace): string {
  switch (place.kind) {
    case 'build-record':
      return 'Remove each build record from the engine with `docker buildx history rm` and its id; it is not in the image.';
    case 'build-cache':
      return 'Empty the build cache of the engine with `docker builder prune`; it is not in the image.';
    case 'configuration':
      return 'Pass secrets to the build by `RUN --mount=type=secret`, never by ARG, ENV or LABEL.';
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
