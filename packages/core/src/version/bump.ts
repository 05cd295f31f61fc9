import semver from 'semver';
import { siteVersionMalformed, siteVersionNotHigher } from '../errors/site-failures.ts';
import { isSiteVersion } from './site-version.ts';

const STEPS = ['patch', 'minor', 'major', 'prerelease'] as const;

/** How far a version is moved: a step, or the version it shall become. */
export type Bump = (typeof STEPS)[number] | (string & {});

export interface BumpOptions {
  /** Let an explicit version be the present one or a lower one. */
  readonly force?: boolean;
  /**
   * Versions that are released already: the result is higher than all of them, so that a step from a version that
   * was set back leads on and not into the past.
   */
  readonly released?: readonly string[];
}

/**
 * The version that follows `current`. `prerelease` makes 1.2.4-rc.0 of 1.2.3 and 1.2.4-rc.1 of that;
 * `patch` then makes 1.2.4 of either.
 * @throws DeBuildError `site-version-malformed`, `site-version-not-higher`
 */
export function bumpVersion(current: string, bump: Bump, options: BumpOptions = {}): string {
  const isStep = STEPS.some((step) => step === bump);
  if (!isStep) return explicitVersion(current, bump, options.force ?? false);
  if (!isSiteVersion(current)) throw siteVersionMalformed(current);
  const from = [current, ...(options.released ?? []).filter(isSiteVersion)].sort(semver.compare).at(-1);
  return stepFrom(from ?? current, bump as (typeof STEPS)[number]);
}

/** A present version that is malformed can only be replaced, so nothing is compared with it. */
function explicitVersion(current: string, version: string, isForced: boolean): string {
  if (!isSiteVersion(version)) throw siteVersionMalformed(version);
  if (isSiteVersion(current) && !isForced && semver.lte(version, current)) {
    throw siteVersionNotHigher(version, current);
  }
  return version;
}

/** A prerelease goes on with the name it has (`beta`), or without one if it has none; a new one is called `rc`. */
function stepFrom(from: string, step: (typeof STEPS)[number]): string {
  const version = new semver.SemVer(from);
  if (step !== 'prerelease') return version.inc(step).version;
  return version.prerelease.length === 0
    ? version.inc('prerelease', 'rc').version
    : version.inc('prerelease').version;
}
