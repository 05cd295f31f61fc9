import semver from 'semver';
import type { NextVersions, VersionFault } from '../errors/version-findings.ts';

/** An image's tag has at most this many characters. */
const MAXIMUM_TAG = 128;

/**
 * Why a text is not a site version; `undefined` when it is one.
 * A site version is a semantic version (semver.org 2.0.0) that can be the tag of an image, character by character:
 * no `v` before it, and no build metadata, because `+` is not allowed in a tag.
 */
export function findVersionFault(text: string): VersionFault | undefined {
  if (text.length > MAXIMUM_TAG) return 'too-long';
  const parsed = semver.parse(text);
  if (parsed === null) return 'malformed';
  if (parsed.build.length > 0) return 'build-metadata';
  if (parsed.version === text) return undefined;
  return parsed.version === text.replace(/^v/, '') ? 'prefixed' : 'malformed';
}

export function isSiteVersion(text: string): boolean {
  return findVersionFault(text) === undefined;
}

/** The highest of some versions; others do not count. */
export function highestVersion(versions: Iterable<string>): string | undefined {
  return [...versions].filter(isSiteVersion).sort(semver.compare).at(-1);
}

/** What may follow a version. */
export function nextVersions(last: string): NextVersions {
  const next = (release: semver.ReleaseType) => new semver.SemVer(last).inc(release).version;
  return { patch: next('patch'), minor: next('minor'), major: next('major') };
}
