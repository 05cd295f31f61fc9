import { join } from 'node:path';
import { siteVersionMissing } from '../errors/site-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { requireSettings } from '../flow/require-settings.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { listVersions } from '../manifests/manifest-store.ts';
import { readVersion } from '../site/site.ts';
import { type Bump, bumpVersion } from '../version/bump.ts';
import { schemeOf } from '../version/schemes.ts';
import { writeSiteVersion } from '../version/write-site-version.ts';

export interface BumpSiteOptions extends SiteOptions {
  /** `next`, a step of the site's scheme such as `patch`, or a version. */
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

/** What decides which file, which key and which version is written. */
const DECISIVE = ['env', 'versionKey', 'versionScheme', 'manifests'] as const;

const BUMP: Flow = { name: 'bump', stages: [], unchanged: 'The version was not changed.' };

/**
 * Writes the next site version into `.env`, changing that value and nothing else, atomically.
 * @throws DeBuildError `site-not-found`, `not-a-site`, `setting-wrong`, `site-version-*`, `env-not-written`, `site-locked`, `lock-*`
 */
export function bumpSite(options: BumpSiteOptions): Promise<BumpedSite> {
  const { to, dryRun } = options;
  return changeSite(options, { flow: BUMP, what: `bump ${to}`, dryRun }, (site, tools) =>
    bump(site, options, tools),
  );
}

async function bump(site: OpenSite, options: BumpSiteOptions, tools: Tools): Promise<BumpedSite> {
  requireSettings(site, DECISIVE);
  const { env: file, versionKey: key, versionScheme: scheme } = site.config;
  const from = site.env?.path === file ? readVersion(site) : undefined;
  if (from === undefined) throw siteVersionMissing(file, key, schemeOf(scheme).example);
  const to = bumpVersion(from, options.to, {
    scheme,
    force: options.force ?? false,
    released: await listVersions(site.records, scheme),
    today: tools.now(),
  });
  if (options.dryRun !== true) await writeSiteVersion(join(site.folder, file), { version: to, scheme, key });
  return { file, key, from, to };
}
