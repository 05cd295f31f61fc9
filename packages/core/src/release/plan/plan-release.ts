import { join } from 'node:path';
import { allApps } from '../../apps/all-apps.ts';
import { decideCacheInput } from '../../apps/cache-input.ts';
import { plainValues } from '../../apps/plain-values.ts';
import type { ClonedRepositories } from '../../apps/repository.ts';
import { checksFailed } from '../../errors/release-failures.ts';
import { inspectSite } from '../../flow/change-site.ts';
import type { CheckResult } from '../../flow/event.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import { inStage } from '../../flow/stage.ts';
import type { SiteOptions, Tools } from '../../flow/tools.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { Containerfile } from '../../site/containerfile.ts';
import { findGraftConflicts } from '../../site/graft-conflicts.ts';
import { stagesWith } from '../../site/parse-containerfile.ts';
import { platformArgs } from '../../site/platform-args.ts';
import { readVersion } from '../../site/site.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { SiteApps } from '../check/check-repositories.ts';
import { type CheckedSite, runChecks } from '../check/run-checks.ts';
import { findBaseImages } from './base-images.ts';
import { choosePlatforms } from './choose-platforms.ts';
import type { Decision } from './decision.ts';
import type { BuildPlan } from './plan.ts';
import { planBuild } from './plan-build.ts';
import { RELEASE } from './release-flow.ts';
import { requireFeasible } from './require-feasible.ts';
import { chooseSharedCache, requireCacheable, type SharedCache } from './shared-cache.ts';
import { chooseTokenDelivery } from './token-delivery.ts';

/** Settings of one release, in addition to the site's files. */
export interface ReleaseOptions extends SiteOptions {
  /** Run every step again. Default: false. */
  readonly noCache?: boolean;
  /** Ask registries for newer base images. Default: false. */
  readonly pull?: boolean;
  /** Push the image to its registry before it gets its tag. Default: de-build.json's. */
  readonly push?: boolean;
  /** Release a version again that exists: the old image and its record are moved aside. Default: false. */
  readonly force?: boolean;
  /** Build args that take precedence over those of `.env` and de-build.json. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Build from the commits of the newest recorded release, even if refs have moved. Default: false. */
  readonly frozen?: boolean;
  /** How the build gets private apps. Default: de-build.json's. */
  readonly tokenDelivery?: SiteConfig['tokenDelivery'];
  /** What happens when the image holds a secret. Default: de-build.json's. */
  readonly audit?: SiteConfig['audit'];
  /** Keep an image that the audit refuses, under a tag that says so. Default: false. */
  readonly keepFailed?: boolean;
  /** Platforms of the image, joined by commas. Default: de-build.json's, DOCKER_DEFAULT_PLATFORM, or the engine's. */
  readonly platform?: string;
  /** What builds the image: the name of a builder in buildx, or its address. Default: de-build.json's, BUILDX_BUILDER, or the engine. */
  readonly builder?: string;
  /** Caches of other builders, in buildx's syntax. Default: de-build.json's. */
  readonly cacheFrom?: readonly string[];
  /** Where the cache is written, in buildx's syntax. Default: de-build.json's. */
  readonly cacheTo?: readonly string[];
  /** Network of the build's steps: `default`, `host` or `none`. Default: de-build.json's. */
  readonly network?: string;
}

/**
 * Checks the site and decides its release, changing nothing: what `de-build --dry-run` prints.
 * @throws DeBuildError `checks-failed` when a check finds an error; the findings come as events.
 */
export function planRelease(options: ReleaseOptions): Promise<BuildPlan> {
  const { buildArgs } = options;
  return inspectSite(options, { flow: RELEASE, what: 'build --dry-run', buildArgs }, async (site, tools) => {
    const { plan } = await decideRelease(site, options, tools);
    return plan;
  });
}

/** The stages `check` and `plan`. @throws DeBuildError `platform-malformed`, `cache-*`, `checks-failed`; as `requireFeasible` */
export async function decideRelease(
  site: OpenSite,
  options: ReleaseOptions,
  tools: Tools,
): Promise<Decision> {
  const chosen = chooseOptions(site, options, tools);
  const checked = await inStage(tools, { stage: 'check', title: `Checking ${site.folder}` }, async () => {
    const seen = await runChecks(site, options, tools);
    requirePassed(seen.results);
    return seen;
  });
  return inStage(tools, { stage: 'plan', title: 'Deciding what to build' }, () =>
    decideChecked(site, { options, chosen, checked }, tools),
  );
}

interface CheckedRelease {
  readonly options: ReleaseOptions;
  readonly chosen: ChosenOptions;
  readonly checked: CheckedSite;
}

/** The stage `plan`, of a site that passed its checks. @throws DeBuildError `cache-*`; as `requireFeasible` */
export async function decideChecked(
  site: OpenSite,
  release: CheckedRelease,
  tools: Tools,
): Promise<Decision> {
  const decision = await decide(site, release, tools);
  await requireFeasible(decision, tools);
  return decision;
}

/** @throws DeBuildError `platform-malformed`, `cache-entry-malformed` */
export function chooseOptions(
  { config }: Pick<OpenSite, 'config'>,
  options: ReleaseOptions,
  { environment }: Pick<Tools, 'environment'>,
): ChosenOptions {
  return {
    platforms: choosePlatforms({
      option: options.platform,
      config: config.platform,
      variable: environment.DOCKER_DEFAULT_PLATFORM,
    }),
    sharedCache: chooseSharedCache(options, config),
  };
}

/** What options, de-build.json and the environment decide without the checks. */
interface ChosenOptions {
  readonly platforms: readonly string[];
  readonly sharedCache: SharedCache;
}

function requirePassed(results: readonly CheckResult[]): void {
  const findings = results.flatMap((result) => result.findings);
  if (findings.some(({ severity }) => severity === 'error')) throw checksFailed(findings);
}

async function decide(
  site: OpenSite,
  { options, chosen: { platforms, sharedCache }, checked }: CheckedRelease,
  tools: Pick<Tools, 'now'>,
): Promise<Decision> {
  const { config, containerfile, sources } = site;
  const { resolved, manifests } = checked;
  const version = readVersion(site);
  if (!containerfile || !version || !checked.engine || !resolved) {
    throw new Error('The checks passed a site that cannot be planned.');
  }
  const { engine, info, tagged } = checked.engine;
  const holder = tagged.find((image) => image.tag === version);
  const { force = false, frozen = false } = options;
  const tokenDelivery = chooseTokenDelivery(
    options.tokenDelivery ?? config.tokenDelivery,
    omitUndefined({ version: info.version, builder: engine.builder }),
    containerfile,
  );
  requireCacheable(sharedCache, { engine, info, tokenDelivery });
  const repositories = mountable(resolved, { containerfile, tokenDelivery });
  const plan = planBuild({
    config,
    containerfile,
    version,
    sources,
    ...resolved,
    repositories,
    cache: decideCacheInput({
      hasSources: tokenDelivery.mode === 'sources',
      dialect: containerfile.dialect,
      declaresCacheBust: containerfile.args.has('CACHE_BUST'),
      resolved: allApps(resolved),
      last: commitsOf(manifests[0]),
    }),
    baseImages: await findBaseImages(
      (platforms.length === 0 ? [info.platform] : platforms).map((platform) =>
        stagesWith(containerfile, {
          ...platformArgs(platform, info.platform),
          ...plainValues(sources.filledBuildArgs),
        }),
      ),
      config.target,
      engine.builder === undefined ? engine.images : undefined,
    ),
    siteRepository: checked.siteRepository,
    tokenDelivery,
    replaces: holder === undefined ? undefined : { imageId: holder.id, tag: holder.tag },
    warnings: checked.results
      .flatMap((result) => result.findings)
      .filter(({ severity, accepted }) => severity === 'warning' || accepted !== undefined),
    noCache: options.noCache ?? false,
    pull: options.pull ?? false,
    push: options.push ?? config.push,
    network: options.network,
    sharedCache,
    builder: engine.builder,
    platforms,
    now: tools.now(),
  });
  return {
    plan,
    site,
    ...resolved,
    repositories: repositories.pinned,
    buildArgs: sources.filledBuildArgs,
    engine,
    sharedCache,
    files: {
      folder: site.folder,
      containerfile: join(site.folder, config.containerfile),
      hashesFile: site.own.contextHashes,
    },
    force,
    isFrozen: frozen,
    audit: options.audit ?? config.audit,
    keepsFailed: options.keepFailed ?? false,
  };
}

/** Without private apps, a folder that could be copied is no reason to refuse a release: nothing is mounted then. */
function mountable(
  { frappe, apps, repositories }: SiteApps,
  how: { readonly containerfile: Containerfile; readonly tokenDelivery: BuildPlan['tokenDelivery'] },
): ClonedRepositories {
  const isGrafted = how.tokenDelivery.mode === 'sources' && how.tokenDelivery.offer === 'graft';
  const isCopied = isGrafted && findGraftConflicts(how.containerfile.text).length > 0;
  if (!isCopied || allApps({ frappe, apps }).length > 0) return repositories;
  const left = repositories.pinned.map(({ url, ref, isDefault, line }) => ({
    url,
    ref: isDefault ? null : ref,
    line,
  }));
  return { pinned: [], unpinned: [...repositories.unpinned, ...left] };
}

/** What a recorded release was built from: name → commit. */
function commitsOf(manifest: Manifest | undefined): ReadonlyMap<string, string> | undefined {
  return manifest && new Map(allApps(manifest).map(({ name, commit }) => [name, commit]));
}
