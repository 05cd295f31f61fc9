import { ENVIRONMENT, setIn } from './environment.ts';
import { error, type Finding, type KeyPlace } from './finding.ts';

export function versionMissing(at: KeyPlace, example: string): Finding {
  const { file, line, subject } = at;
  return error('site-version-missing', {
    what: `${file} sets no site version.`,
    why: `${subject} ${line === undefined ? 'is missing' : 'is empty'}; it becomes the tag of the image.`,
    fix: `Set \`${subject}=${example}\` in ${setIn(file)}.`,
    ...at,
  });
}

const FAULTS = {
  malformed: '',
  prefixed: 'It has no `v` before it, because it becomes the tag of the image.',
  'build-metadata': 'It becomes the tag of the image, and a tag cannot contain the `+` of build metadata.',
  'too-long': 'It becomes the tag of the image, which has at most 128 characters.',
} as const;

/** Why a text is not a site version. */
export type VersionFault = keyof typeof FAULTS;

/** A version that may follow the last one, and the step to it. */
export interface NextVersion {
  readonly step: string;
  readonly version: string;
}

/** What is known about versions of the site. */
interface KnownVersions {
  /** What may follow the last version, the usual step first; empty when there is no last version. */
  readonly next: readonly NextVersion[];
  /** Another `versionScheme`, in which the version would be right. */
  readonly otherScheme?: string | undefined;
}

export interface ExpectedVersion extends KnownVersions {
  /** `versionScheme` of de-build.json. */
  readonly scheme: string;
  /** Follows "A site version is". */
  readonly shape: string;
  readonly example: string;
  /** The version that is probably meant. */
  readonly nearest?: string | undefined;
}

export function versionMalformed(fault: VersionFault, at: KeyPlace, expected: ExpectedVersion): Finding {
  const { scheme, shape, example, nearest, next, otherScheme } = expected;
  const said = '`versionScheme` of de-build.json says so, whatever `@type` the example names.';
  const reasons = [`A site version is ${shape}.`, scheme === 'semver' ? '' : said, FAULTS[fault]];
  const write = `Write ${nearest === undefined ? 'a version such as ' : ''}\`${at.subject}=${nearest ?? example}\`.`;
  return error('site-version-malformed', {
    what: `${at.subject} is not a site version.`,
    why: reasons.filter((reason) => reason !== '').join(' '),
    fix: ((nearest === undefined && suggest(next, at)) || write) + proposeScheme(otherScheme),
    ...at,
  });
}

/** What is known about the versions before this one. */
export interface LastVersion extends KnownVersions {
  readonly last: string;
  /** Where the version in question, or the last one, was found: in a record, or only as a tag of the image. */
  readonly isRecorded: boolean;
  readonly image: string;
}

export function versionTaken(version: string, at: KeyPlace, known: LastVersion): Finding {
  const { last, isRecorded, image, next } = known;
  const where = isRecorded ? 'its release is recorded' : `${image}:${version} is on this engine`;
  return error('site-version-taken', {
    what: `${at.subject} ${version} was released before.`,
    why: `A version is released once: ${where}. The last version is ${last}.`,
    fix: suggest(next, at),
    ...at,
  });
}

export function versionLower(version: string, at: KeyPlace, known: LastVersion): Finding {
  const { last, isRecorded, image, next, otherScheme } = known;
  return error('site-version-lower', {
    what: `${at.subject} ${version} is not higher than the last version.`,
    why: `The last version is ${last}, ${isRecorded ? 'which is recorded' : `which is a tag of ${image}`}.`,
    fix: suggest(next, at) + proposeScheme(otherScheme),
    ...at,
  });
}

function suggest([usual, ...others]: readonly NextVersion[], { file, subject }: KeyPlace): string {
  if (usual === undefined) return '';
  if (file === ENVIRONMENT) return `Set \`${subject}=${usual.version}\` in the environment.`;
  const more = others.map(({ version }) => `\`de-build bump ${version}\``).join(' or ');
  return `Run \`de-build bump ${usual.version}\`${more === '' ? '' : `, or for more than a ${usual.step} ${more}`}.`;
}

function proposeScheme(scheme: string | undefined): string {
  return scheme === undefined
    ? ''
    : ` If that is how the releases of the site are numbered, write \`"versionScheme": "${scheme}"\` in de-build.json.`;
}
