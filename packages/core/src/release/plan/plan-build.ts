import type { ResolvedApp } from '../../apps/app.ts';
import type { CacheInput } from '../../apps/cache-input.ts';
import { type ClonedRepositories, type ResolvedRepository, repositoryName } from '../../apps/repository.ts';
import type { SiteSources } from '../../apps/site-sources.ts';
import type { Builder } from '../../engine/engine.ts';
import type { Finding } from '../../errors/finding.ts';
import type { SiteRepository } from '../../git/site-repository.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Containerfile } from '../../site/containerfile.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type {
  BuildPlan,
  PlannedApp,
  PlannedBaseImage,
  PlannedBuildArg,
  PlannedRepository,
  PlannedSiteRepository,
} from './plan.ts';
import { digestOf } from './plan-digest.ts';
import { plannedSharedCache, type SharedCache } from './shared-cache.ts';
import type { TokenDelivery } from './token-delivery.ts';

/** What the plan is decided from, after every check has passed. */
export interface PlanInput {
  readonly config: SiteConfig;
  readonly containerfile: Containerfile;
  readonly version: string;
  readonly sources: SiteSources;
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
  readonly repositories: ClonedRepositories;
  readonly cache: CacheInput;
  readonly baseImages: readonly PlannedBaseImage[];
  readonly siteRepository: SiteRepository | undefined;
  readonly tokenDelivery: TokenDelivery;
  readonly replaces: BuildPlan['replaces'];
  readonly warnings: readonly Finding[];
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly push: boolean;
  readonly network: string | undefined;
  readonly sharedCache: SharedCache;
  readonly builder: Builder | undefined;
  readonly platforms: readonly string[];
  readonly now: Date;
}

/** Decides the release: a pure function to a frozen, plain value. */
export function planBuild(input: PlanInput): BuildPlan {
  const { config, containerfile } = input;
  const decided = {
    planVersion: 1 as const,
    siteVersion: input.version,
    image: config.image,
    reference: `${config.image}:${input.version}`,
    frappe: input.frappe === undefined ? undefined : plannedApp(input.frappe),
    apps: input.apps.map(plannedApp),
    repositories: input.repositories.pinned.map(plannedRepository),
    unpinnedRepositories: input.repositories.unpinned,
    containerfile: { path: containerfile.path, digest: containerfile.digest },
    context: config.context,
    dialect: containerfile.dialect,
    buildArgs: plannedBuildArgs(input.sources, input.cache),
    baseImages: input.baseImages,
    cache: plannedCache(input),
    sharedCache: plannedSharedCache(input.sharedCache),
    tokenDelivery: input.tokenDelivery,
    target: config.target,
    platforms: input.platforms,
    network: input.network ?? config.network,
    builder: input.builder && { name: input.builder.name, driver: input.builder.driver },
    pull: input.pull,
    push: input.push,
    siteRepository: plannedSite(input.siteRepository),
    replaces: input.replaces,
  };
  return deepFreeze({
    ...decided,
    digest: digestOf(decided),
    createdAt: input.now.toISOString(),
    warnings: input.warnings,
  });
}

function plannedApp({ credential: _, line: __, place: ___, ...app }: ResolvedApp): PlannedApp {
  return app;
}

/** A step that clones with git makes no app of it. */
export function plannedRepository({
  credential: _,
  spelling: __,
  by,
  ...repository
}: ResolvedRepository): PlannedRepository {
  return { ...repository, app: by === 'bench get-app' ? repositoryName(repository.url) : undefined };
}

function plannedBuildArgs(sources: SiteSources, cache: CacheInput): Record<string, PlannedBuildArg> {
  const planned: Record<string, PlannedBuildArg> = {};
  for (const { name, value, source } of sources.buildArgs) {
    const filled = sources.filledBuildArgs[name];
    // A sensitive one is shown with its placeholder in place.
    planned[name] =
      filled instanceof Secret
        ? { value, source, sensitive: true }
        : { value: filled ?? value, source, sensitive: false };
  }
  for (const [name, value] of Object.entries(cache.buildArgs)) {
    planned[name] = { value, source: 'de-build', sensitive: false };
  }
  return planned;
}

function plannedCache({ cache, noCache }: PlanInput): BuildPlan['cache'] {
  return {
    use: !noCache && !cache.noCache,
    input: cache.input,
    digest: cache.digest,
    reason: noCache ? '--no-cache was given' : cache.reason,
  };
}

function plannedSite(repository: SiteRepository | undefined): PlannedSiteRepository | undefined {
  if (repository?.isRepository !== true || repository.commit === undefined) return undefined;
  const { commit, branch, dirty, remoteUrl } = repository;
  return { commit, branch, isDirty: dirty.length > 0, remoteUrl };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
