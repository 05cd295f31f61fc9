import type { Finding, KeyPlace } from '../errors/finding.ts';
import { versionLower, versionMalformed, versionTaken } from '../errors/version-findings.ts';
import { findOtherScheme, isHigher, type SchemeName, schemeOf, sortVersions } from './schemes.ts';
import { findVersionFault, isSiteVersion, nearestVersion, nextVersions } from './site-version.ts';

export interface VersionCheck {
  readonly version: string;
  readonly scheme: SchemeName;
  /** Versions of the manifests. */
  readonly recorded: readonly string[];
  /** Tags of the image on the engine; those that are not versions of the scheme are ignored. */
  readonly tagged: readonly string[];
  /** The image, for messages. */
  readonly image: string;
  /** The key that holds the version, and where it is set. */
  readonly at: KeyPlace;
  /** Default: now. */
  readonly today?: Date;
}

/** The version must be a site version, and higher than every one that was recorded or tagged. */
export function checkSiteVersion(check: VersionCheck): readonly Finding[] {
  const { version, scheme, recorded, tagged, image, at, today = new Date() } = check;
  const released = [...recorded, ...tagged.filter((tag) => isSiteVersion(tag, scheme))];
  const last = sortVersions(released, scheme).at(-1);
  const next = last === undefined ? [] : nextVersions(last, scheme, today);
  const otherScheme = findOtherScheme(version, last, scheme);
  const fault = findVersionFault(version, scheme);
  if (fault !== undefined) {
    const near = nearestVersion(version, scheme);
    const isNew = near !== undefined && (last === undefined || isHigher(near, last, scheme));
    const { shape, example } = schemeOf(scheme);
    return [
      versionMalformed(fault, at, {
        ...{ scheme, shape, example, next, otherScheme },
        nearest: isNew ? near : undefined,
      }),
    ];
  }
  if (last === undefined) return [];
  const isTaken = recorded.includes(version) || tagged.includes(version);
  if (!isTaken && isHigher(version, last, scheme)) return [];
  const isRecorded = recorded.includes(isTaken ? version : last);
  const describe = isTaken ? versionTaken : versionLower;
  return [
    describe(version, at, { last, isRecorded, image, next, otherScheme: isTaken ? undefined : otherScheme }),
  ];
}
