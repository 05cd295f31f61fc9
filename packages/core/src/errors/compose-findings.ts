/** What the Compose files beside a site would do with a release. */
import { type Finding, note, type Place, shown, warning } from './finding.ts';

export function composeStartsOther(place: Place, reference: string, image: string): Finding {
  return warning('compose-image-differs', {
    what: `Compose would start ${reference}, not ${image}.`,
    why: `${shown(place)} says so with the values of .env, and nothing else there names ${image}.`,
    fix: `Set the key that ${shown(place)} uses to ${image} (CUSTOM_IMAGE in frappe_docker), or correct \`image\` in de-build.json.`,
    ...place,
  });
}

export function composeStartsOtherTag(
  place: Place,
  reference: string,
  { version, key }: { readonly version: string; readonly key: string },
): Finding {
  return warning('compose-tag-differs', {
    what: `Compose would start ${reference}, not ${version}.`,
    why: `${shown(place)} says so with the values of .env, so this release would not be what runs.`,
    fix: `Set the key that ${shown(place)} uses to \${${key}} (CUSTOM_TAG in frappe_docker).`,
    ...place,
  });
}

export function composePullsAlways(place: Place, image: string): Finding {
  return warning('compose-pulls-always', {
    what: `Compose would pull ${image} from a registry each time.`,
    why: `${shown(place)} is \`always\` with the values of .env, and the release stays on the engine, for \`push\` is not set.`,
    fix: `Set the key that ${shown(place)} uses to \`missing\` or \`never\` (PULL_POLICY in frappe_docker).`,
    ...place,
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
