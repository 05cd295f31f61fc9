import { error, type Finding, type KeyPlace } from './finding.ts';

export function versionMissing(at: KeyPlace): Finding {
  const { file, line, subject } = at;
  return error('site-version-missing', {
    what: `${file} sets no site version.`,
    why: `${subject} ${line === undefined ? 'is missing' : 'is empty'}; it becomes the tag of the image.`,
    fix: `Write a line such as \`${subject}=1.0.0\` in ${file}.`,
    ...at,
  });
}

const FAULTS = {
  malformed: 'A site version is a semantic version such as 1.2.3 or 1.2.3-rc.1.',
  prefixed: 'A site version has no `v` before it, because it becomes the tag of the image.',
  'build-metadata':
    'A site version becomes the tag of the image, and a tag cannot contain the `+` of build metadata.',
  'too-long': 'A site version becomes the tag of the image, which has at most 128 characters.',
} as const;

/** Why a text is not a site version. */
export type VersionFault = keyof typeof FAULTS;

/** `next` are the versions that may follow the last one, if there is a last one. */
export function versionMalformed(fault: VersionFault, at: KeyPlace, next: NextVersions | undefined): Finding {
  return error('site-version-malformed', {
    what: `${at.subject} is not a site version.`,
    why: FAULTS[fault],
    fix: next === undefined ? `Write a version such as \`${at.subject}=1.0.0\`.` : suggest(next),
    ...at,
  });
}

export interface NextVersions {
  readonly patch: string;
  readonly minor: string;
  readonly major: string;
}

/** What is known about the versions before this one. */
export interface LastVersion {
  readonly last: string;
  /** Where the version in question, or the last one, was found: in a record, or only as a tag of the image. */
  readonly isRecorded: boolean;
  readonly image: string;
  readonly next: NextVersions;
}

export function versionTaken(version: string, at: KeyPlace, known: LastVersion): Finding {
  const { last, isRecorded, image, next } = known;
  const where = isRecorded ? 'its release is recorded' : `${image}:${version} is on this engine`;
  return error('site-version-taken', {
    what: `${at.subject} ${version} was released before.`,
    why: `A version is released once: ${where}. The last version is ${last}.`,
    fix: suggest(next),
    ...at,
  });
}

export function versionLower(version: string, at: KeyPlace, known: LastVersion): Finding {
  const { last, isRecorded, image, next } = known;
  return error('site-version-lower', {
    what: `${at.subject} ${version} is lower than the last version.`,
    why: `The last version is ${last}, ${isRecorded ? 'which is recorded' : `which is a tag of ${image}`}.`,
    fix: suggest(next),
    ...at,
  });
}

function suggest({ patch, minor, major }: NextVersions): string {
  return `Run \`de-build bump ${patch}\`, or for more than a patch \`de-build bump ${minor}\` or \`de-build bump ${major}\`.`;
}
