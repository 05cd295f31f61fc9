/** What can be found in apps.json. No text holds a URL or a branch as written: there may be a token in them. */
import type { Finding } from '../errors/finding.ts';
import { holdsToken } from '../secrets/token-kinds.ts';
import type { Complaint } from './app-url.ts';
import { type JsonObject, placeOf } from './json-node.ts';
import { nearestName } from './nearest-name.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a complaint is: in which file, about which app. */
export interface Subject {
  readonly path: string;
  /** The name of the app, or `entry 3`. */
  readonly shown: string;
}

export function describeComplaint(complaint: Complaint, subject: Subject, place: Place): Finding {
  const { id, what, why, fix } = complaint;
  const { path, shown } = subject;
  return {
    id,
    severity: 'error',
    what: `${shown} in ${path} ${what}.`,
    why,
    fix,
    file: path,
    ...place,
    subject: shown,
  };
}

export function appsMissing(path: string): Finding {
  return {
    id: 'apps-missing',
    severity: 'error',
    what: `There is no ${path}.`,
    why: 'It lists the apps that go into the image.',
    fix: `Copy apps.json.example to ${path} and list your apps there.`,
    file: path,
  };
}

export function appsNotAList(path: string, place: Place): Finding {
  return {
    id: 'apps-not-a-list',
    severity: 'error',
    what: `${path} is not a list.`,
    why: 'bench reads a list of entries.',
    fix: 'Write `[{ "url": "https://…", "branch": "…" }]`.',
    file: path,
    ...place,
  };
}

export function appsEmpty(path: string): Finding {
  return {
    id: 'apps-empty',
    severity: 'warning',
    what: `${path} lists no app.`,
    why: 'The image will hold frappe and nothing else.',
    fix: 'List the apps of the site, unless that is what you want.',
    file: path,
    line: 1,
  };
}

export function entryMalformed(
  path: string,
  place: Place,
  { index, key }: { readonly index: number; readonly key: PropertyKey | undefined },
): Finding {
  const why =
    key === 'url'
      ? 'Its `url` is missing or is no text.'
      : key === 'branch'
        ? 'Its `branch` is no text.'
        : 'It is not an object.';
  return {
    id: 'app-malformed',
    severity: 'error',
    what: `Entry ${index + 1} of ${path} cannot be used.`,
    why,
    fix: 'Write `{ "url": "https://…", "branch": "…" }`.',
    file: path,
    ...place,
  };
}

export function appDuplicate(subject: Subject, place: Place, earlierLine: number): Finding {
  const { path, shown } = subject;
  return {
    id: 'app-duplicate',
    severity: 'error',
    what: `${shown} stands twice in ${path}, in line ${earlierLine} and in line ${place.line}.`,
    why: 'bench would clone the second over the folder of the first, and ask what to do.',
    fix: 'Remove one of the two.',
    file: path,
    ...place,
    subject: shown,
  };
}

/** Keys besides `url` and `branch`: bench passes over them, and a mistyped `branch` is one of them. */
export function findUnknownKeys(text: string, node: JsonObject, { path, shown }: Subject): Finding[] {
  return node.members
    .filter(({ key }) => key !== 'url' && key !== 'branch')
    .map(({ key, keyOffset }) => {
      const name = /^[\w.-]{1,40}$/.test(key) && !holdsToken(key) ? `\`${key}\`` : 'of another name';
      const nearest = nearestName(key, ['url', 'branch']);
      return {
        id: 'app-extra-key',
        severity: 'warning',
        what: `${shown} in ${path} has a key ${name}, which bench does not read.`,
        why: 'bench reads `url` and `branch` only; the key is kept and does nothing.',
        fix:
          nearest === undefined
            ? 'Remove the key, or keep it as a remark.'
            : `Write \`${nearest}\` if that is meant.`,
        file: path,
        ...placeOf(text, keyOffset),
        subject: shown,
      };
    });
}
