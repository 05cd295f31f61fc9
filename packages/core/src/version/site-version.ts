import type { NextVersion, VersionFault } from '../errors/version-findings.ts';
import { parseRecorded, type SchemeName, schemeOf } from './schemes.ts';

/** An image's tag has at most this many characters. */
const MAXIMUM_TAG = 128;

/** Why a text is not a site version; `undefined` when it is one. A site version is the tag of an image, character by character. */
export function findVersionFault(text: string, scheme: SchemeName): VersionFault | undefined {
  if (text.length > MAXIMUM_TAG) return 'too-long';
  const { parse } = schemeOf(scheme);
  if (parse(text) !== undefined) return undefined;
  const bare = text.replace(/^v/, '');
  if (parse(bare) !== undefined) return 'prefixed';
  return bare.includes('+') && parse(bare.replace(/\+.*/s, '')) !== undefined
    ? 'build-metadata'
    : 'malformed';
}

export function isSiteVersion(text: string, scheme: SchemeName): boolean {
  return findVersionFault(text, scheme) === undefined;
}

/** The version that is probably meant by a text which is none. */
export function nearestVersion(text: string, scheme: SchemeName): string | undefined {
  const bare = text.trim().replace(/^(?:version|release|v)?[-_=./ ]*/i, '');
  if (!/^\d{1,8}(?:[.\-_/+~]|$)/.test(bare)) return undefined;
  const nearest = schemeOf(scheme).nearest(bare);
  return nearest !== undefined && isSiteVersion(nearest, scheme) ? nearest : undefined;
}

/** What may follow a recorded version, the usual step first; a pre-release is not among it. */
export function nextVersions(last: string, scheme: SchemeName, today: Date): readonly NextVersion[] {
  const { steps, bump } = schemeOf(scheme);
  const from = parseRecorded(last, scheme);
  if (from === undefined) return [];
  return steps
    .filter((step) => step !== 'prerelease')
    .map((step) => ({ step, version: bump(from, step, today) }));
}
