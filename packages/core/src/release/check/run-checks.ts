import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { CheckResult } from '../../flow/event.ts';
import { findingOf } from '../../flow/finding-of.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import { SITE_FOLDER } from '../../flow/site-folder.ts';
import type { Tools } from '../../flow/tools.ts';
import { judgeSiteRepository } from '../../git/judge-site-repository.ts';
import { readSiteRepository, type SiteRepository } from '../../git/site-repository.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { readManifests } from '../../manifests/manifest-store.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import { type MakeCheck, startChecks } from './check.ts';
import { checkCompose } from './check-compose.ts';
import { checkDisk, checkEngine, type SeenEngine } from './check-engine.ts';
import { checkRecordedCommits, checkRepositories, type SiteApps } from './check-repositories.ts';
import { checkSiteFiles, findLineEndings } from './check-site-files.ts';
import { checkVariants } from './check-variants.ts';
import { checkImageTag, checkVersion, isForgivable } from './check-version.ts';
import type { CheckId } from './checks.ts';

export interface RunChecksOptions {
  readonly skip?: ReadonlySet<CheckId>;
  /** A version, tag or record that exists is a warning, not an error. */
  readonly force?: boolean | undefined;
  /** What builds the image: see `ReleaseOptions`. */
  readonly builder?: string | undefined;
  /** Use the commits of the newest record instead of querying the hosts. */
  readonly frozen?: boolean | undefined;
  /** How the build gets private apps. Default: de-build.json's. */
  readonly tokenDelivery?: SiteConfig['tokenDelivery'] | undefined;
}

/** What the checks read, and their results. A part that could not be read is `undefined`. */
export interface CheckedSite {
  readonly results: readonly CheckResult[];
  /** For a check that needs the others. */
  readonly check: MakeCheck;
  readonly resolved: SiteApps | undefined;
  readonly siteRepository: SiteRepository | undefined;
  readonly engine: SeenEngine | undefined;
  readonly manifests: readonly Manifest[];
}

/** Runs every check, in parallel if they are independent; each is reported when it ends. */
export async function runChecks(
  site: OpenSite,
  { skip = new Set(), force = false, frozen = false, builder, tokenDelivery }: RunChecksOptions,
  tools: Tools,
): Promise<CheckedSite> {
  const isForgiven = force ? isForgivable : () => false;
  const { check, results } = startChecks({ config: site.config, skip, isForgiven }, tools);

  const files = checkSiteFiles(site, tools);
  for (const id of ['config', 'apps', 'token'] as const) await check(id, () => files[id]);
  await check('variants', () => checkVariants(site));

  const { manifests, problems } = site.unknownSettings.has('manifests')
    ? { manifests: [], problems: [] }
    : await readManifests(site.records, site.config.versionScheme).catch((error: unknown) => {
        if (!isDeBuildError(error)) throw error;
        return { manifests: [], problems: [findingOf(error)] };
      });
  // The hosts are queried first: their answers take longest.
  const [resolved, , siteRepository, engine] = await Promise.all([
    check('repositories', () =>
      frozen
        ? checkRecordedCommits(site, manifests[0])
        : checkRepositories(site, { delivery: tokenDelivery ?? site.config.tokenDelivery }, tools),
    ),
    check('env', async () => ({
      ...files.env,
      findings: [...files.env.findings, ...(await checkCompose(site, tools))],
    })),
    check('site-repository', async () => {
      const { environment, signal } = tools;
      const ignore = [site.config.manifests, SITE_FOLDER];
      const repository = await readSiteRepository(site.folder, { environment, ignore, signal });
      return { value: repository, findings: judgeSiteRepository(repository) };
    }),
    check('engine', () => checkEngine(site, builder, tools)).then(async (seen) => {
      await check('disk', () => checkDisk(site, seen?.info));
      return seen;
    }),
    check('containerfile', async () => ({
      ...files.containerfile,
      findings: [...files.containerfile.findings, ...(await findLineEndings(site))],
    })),
  ]);
  const tagged = engine?.tagged;
  await check('site-version', () => checkVersion(site, { manifests, problems, tagged, today: tools.now() }));
  await check('image-tag', () => checkImageTag(site, { tagged }));
  return { results, check, resolved, siteRepository, engine, manifests };
}
