import semver from 'semver';
import { siteVersionMalformed, siteVersionNotHigher } from '../errors/site-failures.ts';
import { highestVersion, isSiteVersion } from './site-version.ts';

const STEPS = ['patch', 'minor', 'major', 'prerelease'] as const;

/** How a version changes: a step, or the new version itself. */
export type Bump = (typeof STEPS)[number] | (string & {});

export interface BumpOptions {
  /** Allow an explicit version that is not higher than the present one. */
  readonly force?: boolean;
  /** Released versions: a step gives a version that is higher than all of them, even if the current one is lower or malformed. */
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
  const from = highestVersion([current, ...(options.released ?? [])]);
  if (from === undefined) throw siteVersionMalformed();
  return stepFrom(from, bump as (typeof STEPS)[number]);
}

/** A malformed present version can only be replaced, so nothing is compared with it. */
function explicitVersion(current: string, version: string, isForced: boolean): string {
  if (!isSiteVersion(version)) throw siteVersionMalformed(version);
  if (isSiteVersion(current) && !isForced && semver.lte(version, current)) {
    throw siteVersionNotHigher(version, current);
  }
  return version;
}

/** A prerelease keeps its name (`beta`), or has none as before; a new one is called `rc`. */
function stepFrom(from: string, step: (typeof STEPS)[number]): string {
  const version = new semver.SemVer(from);
  if (step !== 'prerelease') return version.inc(step).version;
  return version.prerelease.length === 0
    ? version.inc('prerelease', 'rc').version
    : version.inc('prerelease').version;
}
