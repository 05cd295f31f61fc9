import { CALENDAR } from './schemes/calver.ts';
import { FOUR_NUMBERS } from './schemes/four-part.ts';
import { UPSTREAM_REVISION } from './schemes/revision.ts';
import { readSemver, SEMVER } from './schemes/semver.ts';
import { compareVersions, type Version } from './version.ts';
import type { VersionScheme } from './version-scheme.ts';

export const SCHEME_NAMES = ['semver', 'calver', 'revision', 'four-part'] as const;

/** How a site numbers its releases; `versionScheme` of de-build.json. */
export type SchemeName = (typeof SCHEME_NAMES)[number];

const SCHEMES: Readonly<Record<SchemeName, VersionScheme>> = {
  semver: SEMVER,
  calver: CALENDAR,
  revision: UPSTREAM_REVISION,
  'four-part': FOUR_NUMBERS,
};

export function schemeOf(name: SchemeName): VersionScheme {
  return SCHEMES[name];
}

/** Read by the scheme of the site, or else by another: a site that changed its scheme keeps its records. */
export function parseRecorded(text: string, scheme: SchemeName): Version | undefined {
  for (const name of [scheme, ...SCHEME_NAMES]) {
    const version = SCHEMES[name].parse(text);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** The version that the tag of an app's repository names, by the scheme of the site or as a semantic version. */
export function parseTag(tag: string, scheme: SchemeName): Version | undefined {
  return SCHEMES[scheme].parse(tag.replace(/^v/, '')) ?? readSemver(tag);
}

/** Recorded versions, lowest first; what is a version of no scheme is left out. */
export function sortVersions(versions: Iterable<string>, scheme: SchemeName): readonly string[] {
  return [...versions]
    .flatMap((text) => parseRecorded(text, scheme) ?? [])
    .sort(compareVersions)
    .map(({ text }) => text);
}

/** Whether a recorded version is higher than another. */
export function isHigher(version: string, than: string, scheme: SchemeName): boolean {
  const [one, other] = [parseRecorded(version, scheme), parseRecorded(than, scheme)];
  return one !== undefined && other !== undefined && compareVersions(one, other) > 0;
}

/** Another scheme in which a version is right, and higher than the last one. */
export function findOtherScheme(
  version: string,
  last: string | undefined,
  scheme: SchemeName,
): SchemeName | undefined {
  return SCHEME_NAMES.find(
    (name) =>
      name !== scheme &&
      SCHEMES[name].parse(version) !== undefined &&
      (last === undefined || isHigher(version, last, name)),
  );
}
