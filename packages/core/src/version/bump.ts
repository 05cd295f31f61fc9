import { siteVersionMalformed, siteVersionNotHigher } from '../errors/site-failures.ts';
import { isHigher, parseRecorded, type SchemeName, schemeOf, sortVersions } from './schemes.ts';
import { isSiteVersion, nearestVersion } from './site-version.ts';

/** The usual step of whatever scheme the site has. */
const USUAL = 'next';

type Step = typeof USUAL | 'patch' | 'minor' | 'major' | 'prerelease' | 'date' | 'revision' | 'build';

/** How a version changes: a step of the site's scheme, or the new version itself. */
export type Bump = Step | (string & {});

export interface BumpOptions {
  readonly scheme: SchemeName;
  /** Allow an explicit version that is not higher than the present one. */
  readonly force?: boolean;
  /** Released versions: a step gives a version that is higher than all of them, even if the current one is lower or malformed. */
  readonly released?: readonly string[];
  /** The date of a version that is one. Default: now. */
  readonly today?: Date;
}

/**
 * The version that follows `current`. Of semantic versions, `prerelease` makes 1.2.4-rc.0 of 1.2.3 and 1.2.4-rc.1 of that;
 * `patch` then makes 1.2.4 of either.
 * @throws DeBuildError `site-version-malformed`, `site-version-not-higher`
 */
export function bumpVersion(current: string, bump: Bump, options: BumpOptions): string {
  const { scheme, released = [], today = new Date() } = options;
  const { steps, bump: raise } = schemeOf(scheme);
  const step = bump === USUAL ? steps[0] : steps.find((known) => known === bump);
  if (step === undefined) return explicitVersion(current, bump, options);
  const from = parseRecorded(sortVersions([current, ...released], scheme).at(-1) ?? '', scheme);
  if (from === undefined) throw siteVersionMalformed(undefined, expectedOf(current, scheme));
  return raise(from, step, today);
}

/** A malformed present version can only be replaced, so nothing is compared with it. */
function explicitVersion(current: string, version: string, { scheme, force = false }: BumpOptions): string {
  requireVersion(version, scheme);
  const isPresent = parseRecorded(current, scheme) !== undefined;
  if (isPresent && !force && !isHigher(version, current, scheme)) {
    throw siteVersionNotHigher(version, current);
  }
  return version;
}

/** @throws DeBuildError `site-version-malformed` */
export function requireVersion(version: string, scheme: SchemeName): void {
  if (isSiteVersion(version, scheme)) return;
  throw siteVersionMalformed(version, expectedOf(version, scheme));
}

function expectedOf(version: string, scheme: SchemeName) {
  const { shape, steps } = schemeOf(scheme);
  return { shape, steps: [USUAL, ...steps], nearest: nearestVersion(version, scheme) };
}
