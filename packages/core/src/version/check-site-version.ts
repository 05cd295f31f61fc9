import semver from 'semver';
import type { Finding, KeyPlace } from '../errors/finding.ts';
import { versionLower, versionMalformed, versionTaken } from '../errors/version-findings.ts';
import { findVersionFault, highestVersion, nextVersions } from './site-version.ts';

export interface VersionCheck {
  readonly version: string;
  /** Versions of the manifests. */
  readonly recorded: readonly string[];
  /** Tags of the image on the engine; those that are not versions are ignored. */
  readonly tagged: readonly string[];
  /** The image, for messages. */
  readonly image: string;
  /** The key that holds the version, and where it is set. */
  readonly at: KeyPlace;
}

/** The version must be a site version, and higher than every one that was recorded or tagged. */
export function checkSiteVersion({ version, recorded, tagged, image, at }: VersionCheck): readonly Finding[] {
  const fault = findVersionFault(version);
  const last = highestVersion([...recorded, ...tagged]);
  const next = last === undefined ? undefined : nextVersions(last);
  if (fault !== undefined) return [versionMalformed(fault, at, next)];
  if (last === undefined || next === undefined) return [];
  const isTaken = recorded.includes(version) || tagged.includes(version);
  if (!isTaken && semver.gt(version, last)) return [];
  const isRecorded = recorded.includes(isTaken ? version : last);
  const describe = isTaken ? versionTaken : versionLower;
  return [describe(version, at, { last, isRecorded, image, next })];
}
