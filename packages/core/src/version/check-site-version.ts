import semver from 'semver';
import type { Finding } from '../errors/finding.ts';
import { findVersionFault, highestVersion, nextVersions, type VersionFault } from './site-version.ts';

export interface VersionCheck {
  readonly version: string;
  /** Versions of the manifests. */
  readonly recorded: readonly string[];
  /** Tags of the image on the engine; those that are no versions are passed over. */
  readonly tagged: readonly string[];
  /** The image, for messages. */
  readonly image: string;
  readonly file?: string;
  readonly line?: number;
  /** The key that holds the version; `DE_SITE_VERSION` unless given. */
  readonly key?: string;
}

/** The version must be a site version, and higher than every one that was recorded or tagged. */
export function checkSiteVersion(check: VersionCheck): readonly Finding[] {
  const fault = findVersionFault(check.version);
  const last = highestVersion([...check.recorded, ...check.tagged]);
  if (fault !== undefined) return [malformed(check, fault, last)];
  if (last === undefined) return [];
  if (check.recorded.includes(check.version) || check.tagged.includes(check.version))
    return [taken(check, last)];
  return semver.gt(check.version, last) ? [] : [lower(check, last)];
}

const FAULTS: Readonly<Record<VersionFault, string>> = {
  malformed: 'A site version is a semantic version such as 1.2.3 or 1.2.3-rc.1.',
  prefixed: 'A site version is written without `v` before it, as the tag of the image will be.',
  'build-metadata':
    'A site version becomes the tag of the image, and a tag cannot hold the `+` of build metadata.',
  'too-long': 'A site version becomes the tag of the image, which has at most 128 characters.',
};

function malformed(check: VersionCheck, fault: VersionFault, last: string | undefined): Finding {
  const key = keyOf(check);
  return {
    id: 'site-version-malformed',
    severity: 'error',
    what: `${key} is not a site version.`,
    why: FAULTS[fault],
    fix: last === undefined ? `Write a version such as \`${key}=1.0.0\`.` : suggest(last),
    ...placeOf(check),
  };
}

function taken(check: VersionCheck, last: string): Finding {
  const { version, recorded, image } = check;
  const where = recorded.includes(version)
    ? 'there is a record of its release'
    : `${image}:${version} is on this engine`;
  return {
    id: 'site-version-taken',
    severity: 'error',
    what: `${keyOf(check)} ${version} was released before.`,
    why: `A version is released once: ${where}. The last version is ${last}.`,
    fix: suggest(last),
    ...placeOf(check),
  };
}

function lower(check: VersionCheck, last: string): Finding {
  const { version, recorded, image } = check;
  const where = recorded.includes(last) ? 'which is recorded' : `of which ${image} has a tag`;
  return {
    id: 'site-version-lower',
    severity: 'error',
    what: `${keyOf(check)} ${version} is lower than the last version.`,
    why: `The last version is ${last}, ${where}.`,
    fix: suggest(last),
    ...placeOf(check),
  };
}

function suggest(last: string): string {
  const { patch, minor, major } = nextVersions(last);
  return `Run \`de-build bump patch\` (${patch}), \`bump minor\` (${minor}) or \`bump major\` (${major}).`;
}

function keyOf(check: VersionCheck): string {
  return check.key ?? 'DE_SITE_VERSION';
}

function placeOf({
  file,
  line,
  key = 'DE_SITE_VERSION',
}: VersionCheck): Pick<Finding, 'file' | 'line' | 'subject'> {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }), subject: key };
}
