import type { ImageFiles } from '../../audit/image-files.ts';
import { SEARCH_VERSION } from '../../audit/leaks/search-version.ts';
import type { Builder, BuiltImage, EngineInfo } from '../../engine/engine.ts';
import { type ExpectedApp, type FoundApp, matchApps, unplannedApps } from '../../frappe/compare-apps.ts';
import type {
  Manifest,
  ManifestApp,
  ManifestBuildArg,
  ManifestRepository,
} from '../../manifests/manifest.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { BuildPlan, PlannedApp } from '../plan/plan.ts';
import { plannedInImage } from '../plan/planned-in-image.ts';
import type { ExaminedImage } from '../verify/examine-image.ts';
import { recordedLeaks } from '../verify/judge-leaks.ts';
import type { ImageSearch } from '../verify/search-image.ts';

/** What a manifest is made from. */
export interface ManifestSources {
  readonly plan: BuildPlan;
  readonly engine: EngineInfo;
  readonly built: BuiltImage;
  /** Beside the engine. */
  readonly builder?: Builder | undefined;
  /** For each of its platforms. */
  readonly examined: readonly ExaminedImage[];
  readonly audit: { readonly mode: SiteConfig['audit']; readonly search: ImageSearch | undefined };
  readonly tags: readonly string[];
  readonly rebuild: Manifest['rebuild'];
  readonly context: { readonly digest: string; readonly files: number };
  readonly startedAt: Date;
  readonly now: Date;
  readonly pushed?: string | undefined;
  readonly deBuildVersion: string;
}

/** The record of a release: the plan and its result. */
export function manifestOf(sources: ManifestSources): Manifest {
  const { plan, engine, built, now, startedAt } = sources;
  const [first, ...others] = sources.examined;
  if (first === undefined) throw new Error('No platform of the image was examined.');
  const { image, found, files } = first;
  const planned = plannedInImage(plan);
  const inImage = matchApps(planned, found);
  const recorded = (app: PlannedApp): ManifestApp => {
    const foundApp = inImage.get(app);
    const digests = files?.apps.get(foundApp?.name ?? app.name);
    return {
      name: app.name,
      url: app.url,
      ref: app.ref,
      kind: app.kind,
      commit: app.commit,
      ...omitUndefined({ tagObject: app.tagObject }),
      version: foundApp?.version ?? null,
      ...(digests ?? {}),
    };
  };
  const repositories = recordedRepositories(plan, { planned, inImage, files });
  const unplanned = unplannedApps(planned, found);
  return {
    schemaVersion: 1,
    siteVersion: plan.siteVersion,
    createdAt: now.toISOString(),
    image: {
      reference: plan.reference,
      id: image.id,
      sizeBytes: image.sizeBytes,
      tags: [...sources.tags],
      platform: image.platform,
      baseImages: plan.baseImages.map(({ reference, digest, isFinal }) => ({
        reference,
        digest: built.baseDigests[reference] ?? digest ?? null,
        isFinal,
      })),
      labels: { ...image.labels },
      ...contentsOf(first),
      ...(others.length === 0
        ? {}
        : {
            otherPlatforms: others.map((other) => ({
              platform: other.image.platform,
              sizeBytes: other.image.sizeBytes,
              ...contentsOf(other),
            })),
          }),
    },
    frappe: plan.frappe === undefined ? null : recorded(plan.frappe),
    apps: plan.apps.map(recorded),
    ...(unplanned.length === 0
      ? {}
      : {
          unplannedApps: unplanned.map(({ name, commit, branch, version }) => ({
            name,
            commit: commit ?? null,
            ref: branch ?? null,
            version: version ?? null,
          })),
        }),
    ...(repositories.length === 0 ? {} : { repositories }),
    ...(plan.unpinnedRepositories.length === 0
      ? {}
      : { unpinnedRepositories: plan.unpinnedRepositories.map((repository) => ({ ...repository })) }),
    dialect: plan.dialect,
    buildArgs: recordedBuildArgs(plan),
    ...omitUndefined({
      target: plan.target,
      platform: plan.platforms.join(',') || undefined,
      network: plan.network,
    }),
    containerfile: plan.containerfile,
    context: { path: plan.context, ...sources.context, sentBytes: built.sent.bytes },
    site: {
      commit: plan.siteRepository?.commit ?? null,
      branch: plan.siteRepository?.branch ?? null,
      dirty: plan.siteRepository?.isDirty ?? false,
      ...omitUndefined({ remoteUrl: plan.siteRepository?.remoteUrl }),
    },
    cache: {
      used: plan.cache.use,
      input: plan.cache.input,
      digest: plan.cache.digest,
      ...omitUndefined({ reason: plan.cache.reason }),
    },
    tokenDelivery: plan.tokenDelivery.mode,
    ...omitUndefined({
      pushed: sources.pushed && `${plan.image}@${sources.pushed}`,
      rebuild: sources.rebuild,
    }),
    audit: recordedAudit(sources.audit),
    planDigest: plan.digest,
    timing: {
      startedAt: startedAt.toISOString(),
      durationMs: now.getTime() - startedAt.getTime(),
      steps: [...built.steps],
    },
    builder: {
      kind: 'buildkit',
      engineProduct: engine.product,
      engineVersion: engine.version,
      apiVersion: engine.apiVersion,
      ...omitUndefined({ builder: sources.builder }),
    },
    deBuildVersion: sources.deBuildVersion,
    warnings: [
      ...plan.warnings.map(({ id, what, accepted }) => ({ id, what, ...omitUndefined({ accepted }) })),
      ...built.warnings.map((what) => ({ id: 'builder', what })),
    ],
  };
}

function contentsOf({ image, files }: ExaminedImage) {
  return {
    layers: [...image.layers],
    ...(files === undefined ? {} : { treeDigest: files.treeDigest, timelessDigest: files.timelessDigest }),
  };
}

/** Each with what bench made of it, if it is in the image. */
function recordedRepositories(
  plan: BuildPlan,
  read: {
    readonly planned: readonly ExpectedApp[];
    readonly inImage: ReadonlyMap<ExpectedApp, FoundApp>;
    readonly files: ImageFiles | undefined;
  },
): ManifestRepository[] {
  return plan.repositories.map(({ app, isDefault, ...repository }) => {
    const expected = read.planned.find(({ name, commit }) => name === app && commit === repository.commit);
    const foundApp = expected && read.inImage.get(expected);
    const digests = foundApp && read.files?.apps.get(foundApp.name);
    return {
      ...repository,
      ...(isDefault ? { isDefault } : {}),
      ...(foundApp === undefined || app === undefined ? {} : { app, version: foundApp.version ?? null }),
      ...(digests ?? {}),
    };
  });
}

function recordedAudit({ mode, search }: ManifestSources['audit']): NonNullable<Manifest['audit']> {
  const leaks = search?.leaks ?? [];
  const omitted = leaks.reduce((sum, leak) => sum + leak.omitted, 0);
  const searched = leaks.some(({ severity }) => severity === 'error') ? 'leaks' : 'clean';
  return {
    mode,
    outcome: search === undefined ? 'not-searched' : searched,
    secrets: search?.secrets ?? 0,
    ...(search === undefined || search.weak.length === 0 ? {} : { weak: [...search.weak] }),
    layers: { searched: search?.layers.searched ?? 0, of: search?.layers.total ?? 0 },
    leaks: recordedLeaks(leaks),
    ...(omitted === 0 ? {} : { omitted }),
    unread: search === undefined ? 0 : search.unread.length + search.unreadOmitted,
    searchVersion: SEARCH_VERSION,
  };
}

function recordedBuildArgs(plan: BuildPlan): Record<string, ManifestBuildArg> {
  const args = Object.entries(plan.buildArgs).map(([name, { value, source, sensitive }]) => [
    name,
    sensitive ? { redacted: true as const, source } : { value, source },
  ]);
  return Object.fromEntries(args);
}
