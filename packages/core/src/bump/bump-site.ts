import { join, resolve } from 'node:path';
import { siteVersionMissing } from '../errors/site-failures.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { SiteOptions } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { listVersions } from '../manifests/manifest-store.ts';
import { readVersion } from '../release/check/check-version.ts';
import { readSite } from '../site/read-site.ts';
import { type Bump, bumpVersion } from '../version/bump.ts';
import { writeSiteVersion } from '../version/write-site-version.ts';

export interface BumpSiteOptions
  extends Pick<SiteOptions, 'site' | 'environment' | 'lockWaitSeconds' | 'onNotice' | 'redactor' | 'signal'> {
  /** `patch`, `minor`, `major`, `prerelease`, or a version. */
  readonly to: Bump;
  /** Change nothing. Default: false. */
  readonly dryRun?: boolean;
  /** Allow a version that is not higher. Default: false. */
  readonly force?: boolean;
}

export interface BumpedSite {
  /** Relative to the site's folder. */
  readonly file: string;
  /** `DE_SITE_VERSION`, unless de-build.json names another. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Writes the next site version into `.env`, changing that value and nothing else, atomically.
 * @throws DeBuildError `site-not-found`, `site-version-*`, `env-not-written`, `site-locked`, `lock-*`
 */
export function bumpSite(options: BumpSiteOptions): Promise<BumpedSite> {
  const { site, to, dryRun } = options;
  return withTools(options, (tools) =>
    withSiteLock({ site, what: `bump ${to}`, dryRun }, tools, () => bump(options)),
  );
}

async function bump(options: BumpSiteOptions): Promise<BumpedSite> {
  const site = await readSite(resolve(options.site));
  const { env: file, versionKey: key } = site.config;
  const from = readVersion(site);
  if (from === undefined) throw siteVersionMissing(file, key);
  const to = bumpVersion(from, options.to, {
    force: options.force ?? false,
    released: await listVersions(join(site.folder, site.config.manifests)),
  });
  if (options.dryRun !== true) await writeSiteVersion(join(site.folder, file), { version: to, key });
  return { file, key, from, to };
}
