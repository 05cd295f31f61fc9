import semver from 'semver';
import { numbersOf, type Version } from '../version.ts';
import type { VersionScheme } from '../version-scheme.ts';

/** Semantic versions (semver.org 2.0.0) without build metadata: `+` is not allowed in a tag. */
export const SEMVER: VersionScheme = {
  shape: 'a semantic version such as 1.2.3 or 1.2.3-rc.1',
  example: '1.2.3',
  steps: ['patch', 'minor', 'major', 'prerelease'],
  parse(text) {
    const parsed = semver.parse(text);
    return parsed?.version === text ? versionOf(parsed) : undefined;
  },
  bump(from, step) {
    const version = new semver.SemVer(
      `${numbersOf(from, 3).join('.')}${from.prerelease.length === 0 ? '' : `-${from.prerelease.join('.')}`}`,
    );
    return raise(version, step as semver.ReleaseType).version;
  },
  nearest(text) {
    return (semver.parse(text, { loose: true }) ?? semver.coerce(text, { loose: true }))?.version;
  },
};

/** Also of `v1.2.3` and `1.2.3+5`, as the tags of repositories are. */
export function readSemver(tag: string): Version | undefined {
  const parsed = semver.parse(tag);
  return parsed === null ? undefined : versionOf(parsed);
}

function versionOf({ version, major, minor, patch, prerelease }: semver.SemVer): Version {
  return { text: version, numbers: [major, minor, patch], prerelease };
}

/** A prerelease keeps its name (`beta`), or has none as before; a new one is called `rc`. */
function raise(version: semver.SemVer, step: semver.ReleaseType): semver.SemVer {
  const isNamed = step !== 'prerelease' || version.prerelease.length > 0;
  return isNamed ? version.inc(step) : version.inc(step, 'rc');
}
