import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allApps } from '../apps/all-apps.ts';
import type { App, ResolvedApp } from '../apps/app.ts';
import { parseApps } from '../apps/parse-apps.ts';
import { matchRecorded } from '../apps/recorded-repositories.ts';
import type { ClonedRepositories } from '../apps/repository.ts';
import { type SiteSources, tokenHolders, withoutSecrets } from '../apps/site-sources.ts';
import { normalizePlatform } from '../engine/platform-name.ts';
import { rebuildArgMissing } from '../errors/rebuild-failures.ts';
import { engineWithBuilder } from '../flow/engine-with-builder.ts';
import { bareUrl } from '../flow/open-history.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { type ReleaseTag, tagOfRelease } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { Credential } from '../git/remote.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import { recordedPlatforms } from '../manifests/recorded-platforms.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { Decision } from '../release/plan/decision.ts';
import type { BuildPlan, PlannedApp, PlannedBuildArg } from '../release/plan/plan.ts';
import { plannedRepository } from '../release/plan/plan-build.ts';
import { NO_SHARED_CACHE } from '../release/plan/shared-cache.ts';
import { chooseTokenDelivery } from '../release/plan/token-delivery.ts';
import type { Secret } from '../secrets/secret.ts';
import { type AppEntry, readApps } from '../site/apps-json.ts';
import { neededRepositories } from '../site/needed-repositories.ts';
import { parseContainerfile } from '../site/parse-containerfile.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import type { RebuildFiles } from './rebuild-files.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';

/**
 * Decides a rebuild from the record, where `decideRelease` resolves refs. The current site adds only what
 * no record holds: tokens, and values of sensitive build args.
 * @param cache whether steps may come from the build cache
 * @throws DeBuildError `rebuild-build-arg-missing`, `engine-*`
 */
export async function decideRebuild(
  release: RecordedRelease,
  { cache, files }: { readonly cache: boolean; readonly files: RebuildFiles },
  tools: Tools,
): Promise<Decision> {
  const { manifest, site: today } = release;
  const engine = await engineWithBuilder(today, undefined, tools);
  const info = await engine.about();
  const tag = tagOfRelease(manifest, release.name);
  const site = await siteAsItWas(manifest, { today, files, tag });
  const credentials = credentialsOf(today.sources);
  const resolve = (app: ManifestApp, { line, place }: Pick<App, 'line' | 'place'>): ResolvedApp => ({
    ...plannedApp(app),
    credential: credentials.get(bareUrl(app.url)),
    line,
    place,
  });
  const file = site.config.apps;
  const args = buildArgsAsTheyWere(manifest, today.sources);
  const cloned = matchRecorded(
    neededRepositories(site.containerfile ?? { text: '' }, {
      buildArgs: withoutSecrets(args.filled, today.sources.repositoryArgs),
      target: manifest.target,
    }),
    { manifest, holders: tokenHolders(today.sources) },
  );
  const plan = planOf(manifest, {
    cloned,
    tag,
    containerfile: site.containerfile,
    tokenDelivery: chooseTokenDelivery(
      'auto',
      omitUndefined({ version: info.version, builder: engine.builder }),
      site.containerfile,
    ),
    builder: engine.builder && { name: engine.builder.name, driver: engine.builder.driver },
    buildArgs: args.planned,
    cache,
  });
  return {
    plan,
    site,
    frappe:
      manifest.frappe === null
        ? undefined
        : resolve(manifest.frappe, { line: undefined, place: { file: manifest.containerfile.path } }),
    apps: manifest.apps.map((app, index) => {
      const line = site.apps[index]?.line;
      return resolve(app, { line, place: { file, ...omitUndefined({ line }) } });
    }),
    repositories: cloned.pinned,
    buildArgs: args.filled,
    engine,
    sharedCache: NO_SHARED_CACHE,
    files: {
      folder: files.folder,
      containerfile: join(files.folder, manifest.containerfile.path),
      hashesFile: join(files.scratch, 'context-hashes'),
    },
    force: false,
    isFrozen: true,
    sourceDateEpoch: sourceDateEpoch(plan, site.containerfile),
    audit: today.config.audit,
    keepsFailed: false,
  };
}

/** Paths of records and `.env` come from the current de-build.json; the rest from that of the release. */
async function siteAsItWas(
  manifest: Manifest,
  { today, files, tag }: { readonly today: OpenSite; readonly files: RebuildFiles; readonly tag: ReleaseTag },
): Promise<OpenSite> {
  const { path } = manifest.containerfile;
  const { config: then } = await readSiteConfig(files.folder);
  const bytes = await readFile(join(files.folder, path));
  const config = {
    ...then,
    image: tag.image,
    containerfile: path,
    context: manifest.context.path ?? then.context,
    env: today.config.env,
    manifests: today.config.manifests,
    target: manifest.target,
  };
  const { entries } = await readApps(files.folder, config.apps);
  return {
    ...today,
    config,
    apps: isOfRecord(entries, manifest, today.sources) ? entries : entriesOf(manifest),
    containerfile: parseContainerfile(path, bytes).containerfile,
  };
}

/** Whether apps.json still names the recorded apps: its other keys were part of the build's input. */
function isOfRecord(entries: readonly AppEntry[], { apps }: Manifest, { values }: SiteSources): boolean {
  const parsed = parseApps(entries, { ...values, file: '' }).apps;
  const isSame = (app: App | undefined, recorded: ManifestApp) =>
    app?.url === recorded.url && (app.ref ?? recorded.ref) === recorded.ref;
  return (
    entries.length === apps.length &&
    parsed.length === apps.length &&
    apps.every((recorded, index) => isSame(parsed[index], recorded))
  );
}

function entriesOf({ apps }: Manifest): readonly AppEntry[] {
  return apps.map(({ url, ref }, index) => ({ index, line: index + 1, url, branch: ref, extra: {} }));
}

/** By URL: a current token for the recorded repository, for commits that the mirror lacks. */
function credentialsOf(sources: SiteSources): ReadonlyMap<string, Credential> {
  return new Map(
    allApps(sources).flatMap(({ url, credential }) =>
      credential === undefined ? [] : [[bareUrl(url), credential] as const],
    ),
  );
}

function buildArgsAsTheyWere({ buildArgs, frappe }: Manifest, today: SiteSources) {
  const planned: Record<string, PlannedBuildArg> = {};
  const filled: Record<string, string | Secret> = {};
  for (const [name, arg] of Object.entries(buildArgs)) {
    const { source } = arg;
    if ('value' in arg) {
      planned[name] = { value: arg.value, source, sensitive: false };
      if (source !== 'containerfile') filled[name] = arg.value;
      continue;
    }
    const value = today.filledBuildArgs[name];
    const shown = today.buildArgs.find((chosen) => chosen.name === name)?.value ?? '[redacted]';
    planned[name] = { value: shown, source, sensitive: true };
    // The mirror replaces frappe's own URL, and the token in it.
    if (value === undefined && !(name === 'FRAPPE_PATH' && frappe !== null)) throw rebuildArgMissing(name);
    if (value !== undefined) filled[name] = value;
  }
  return { planned, filled };
}

function planOf(
  manifest: Manifest,
  decided: {
    readonly tag: ReleaseTag;
    readonly cloned: ClonedRepositories;
    readonly containerfile: OpenSite['containerfile'];
    readonly tokenDelivery: BuildPlan['tokenDelivery'];
    readonly builder: BuildPlan['builder'];
    readonly buildArgs: BuildPlan['buildArgs'];
    readonly cache: boolean;
  },
): BuildPlan {
  const { frappe, apps, context, cache, image, site } = manifest;
  // The recorded one, unless `inexact` allowed another.
  const { path, digest } = decided.containerfile ?? manifest.containerfile;
  const dialect = decided.containerfile?.dialect ?? manifest.dialect;
  const { labels } = image;
  return {
    planVersion: 1,
    digest: manifest.planDigest,
    createdAt: labels['org.opencontainers.image.created'] ?? manifest.createdAt,
    siteVersion: manifest.siteVersion,
    reference: decided.tag.reference,
    image: decided.tag.image,
    frappe: frappe === null ? undefined : plannedApp(frappe),
    apps: apps.map(plannedApp),
    repositories: decided.cloned.pinned.map(plannedRepository),
    unpinnedRepositories: decided.cloned.unpinned,
    containerfile: { path, digest },
    context: context.path ?? '.',
    dialect,
    buildArgs: decided.buildArgs,
    baseImages: image.baseImages.map(({ reference, digest, isFinal = false }) => ({
      reference,
      // The label has what was known before the build.
      digest: (isFinal ? labels['org.opencontainers.image.base.digest'] : digest) ?? undefined,
      isFinal,
    })),
    cache: {
      use: decided.cache,
      input: cache.input,
      digest: cache.digest ?? '',
      reason: decided.cache ? undefined : 'a rebuild from the cache proves nothing',
    },
    sharedCache: { cacheFrom: [], cacheTo: [] },
    tokenDelivery: decided.tokenDelivery,
    target: manifest.target,
    platforms: recordedPlatforms(image).map(({ platform }) => normalizePlatform(platform) ?? platform),
    // The mirror needed the network of the machine, whatever the site wanted.
    network: manifest.tokenDelivery === 'mirror' ? 'default' : manifest.network,
    builder: decided.builder,
    pull: false,
    push: false,
    siteRepository:
      site.commit === null
        ? undefined
        : {
            commit: site.commit,
            branch: site.branch ?? undefined,
            isDirty: site.dirty,
            remoteUrl: site.remoteUrl,
          },
    replaces: undefined,
    warnings: [],
  };
}

function plannedApp({ name, url, ref, kind, commit, tagObject }: ManifestApp): PlannedApp {
  return { name, url, ref, kind, commit, ...omitUndefined({ tagObject }) };
}
