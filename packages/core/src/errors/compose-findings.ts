/** What the Compose files beside a site would do with a release. */
import { ENVIRONMENT, setIn } from './environment.ts';
import { type Finding, note, type Place, shown, warning } from './finding.ts';

/** A line of a Compose file, and what decides it. */
export interface ComposeLine {
  readonly place: Place;
  /** The env file, or the environment. */
  readonly source: string;
  /** The key that makes the line right; `undefined` where none does. */
  readonly key: string | undefined;
}

export function composeStartsOther(line: ComposeLine, reference: string, image: string): Finding {
  return warning('compose-image-differs', {
    what: `Compose would start ${reference}, not ${image}.`,
    why: `${said(line)}, and nothing else there names ${image}.`,
    fix: `${set(line, image) ?? `Write ${image} into ${shown(line.place)}`}; or correct \`image\` in de-build.json.`,
    ...line.place,
  });
}

export function composeStartsOtherTag(
  line: ComposeLine,
  reference: string,
  { version, key, image }: { readonly version: string; readonly key: string; readonly image: string },
): Finding {
  const tag = `\${${key}}`;
  const below = line.source === ENVIRONMENT ? undefined : set(line, tag);
  return warning('compose-tag-differs', {
    what: `Compose would start ${reference}, not ${version}.`,
    why: `${said(line)}, so this release would not be what runs.`,
    fix: `${(below && `${below}, below ${key}`) ?? set(line, version) ?? `Write ${image}:${tag} into ${shown(line.place)}`}.`,
    ...line.place,
  });
}

export function composePullsAlways(line: ComposeLine, image: string): Finding {
  return warning('compose-pulls-always', {
    what: `Compose would pull ${image} from a registry each time.`,
    why: `${said(line)}, and the release stays on the engine, for \`push\` is not set.`,
    fix: `${set(line, 'missing') ?? `Write \`missing\` into ${shown(line.place)}`}; or set \`push\` in de-build.json.`,
    ...line.place,
  });
}

export function composeAsked(): Finding {
  return note('compose-asked', {
    what: 'Compose itself told the images that it would start.',
    why: '`docker compose config` read its files, with all that they merge, extend and include.',
    fix: 'Nothing.',
  });
}

/** @param problem why Compose did not tell the images, without a full stop */
export function composeNotAsked(problem: string): Finding {
  return note('compose-not-asked', {
    what: 'The Compose files were read without Compose.',
    why: `${problem}. Only the lines \`image:\` and \`pull_policy:\` count then, as they are written.`,
    fix: 'Nothing, unless the files use merges, `extends` or `include`: then see that `docker compose config` works here.',
  });
}

function said({ place, source }: ComposeLine): string {
  return `${shown(place)} says so with the values of ${source}`;
}

function set({ key, source }: ComposeLine, value: string): string | undefined {
  return key === undefined ? undefined : `Set \`${key}=${value}\` in ${setIn(source)}`;
}
