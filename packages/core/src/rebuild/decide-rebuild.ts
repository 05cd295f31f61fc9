import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App, ResolvedApp } from '../apps/app.ts';
import { parseApps } from '../apps/parse-apps.ts';
import { readSources, type SiteSources } from '../apps/site-sources.ts';
import { rebuildArgMissing, rebuildNeedsMirror } from '../errors/rebuild-failures.ts';
import { bareUrl } from '../flow/open-history.ts';
import type { RecordedRelease } from '../flow/recorded-release.ts';
import { type ReleaseTag, tagOfRelease } from '../flow/release-image.ts';
import type { Tools } from '../flow/tools.ts';
import type { Credential } from '../git/remote.ts';
import type { Manifest, ManifestApp } from '../manifests/manifest.ts';
import type { BuildPlan, PlannedApp, PlannedBuildArg } from '../release/plan/plan.ts';
import type { Decision } from '../release/plan/plan-release.ts';
import { chooseTokenDelivery } from '../release/plan/token-delivery.ts';
import type { Secret } from '../secrets/secret.ts';
import { type AppEntry, readApps } from '../site/apps-json.ts';
import { parseContainerfile } from '../site/parse-containerfile.ts';
import { readSite } from '../site/read-site.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import type { Site } from '../site/site.ts';
import type { RebuildFiles } from './rebuild-files.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';

/** What the record does not decide. */
export interface RebuildChoice {
  /** What the record is named after. */
  readonly named: string;
  /** Whether steps may come from the build cache. */
  readonly cache: boolean;
}

/**
 * Decides a rebuild as `decideRelease` decides a release, from the record instead of what refs point at today. The site's
 * folder gives only what no record holds: tokens, and values of sensitive build args.
 * @throws DeBuildError `rebuild-needs-mirror`, `rebuild-build-arg-missing`, `engine-*`
 */
export async function decideRebuild(
  release: RecordedRelease,
  choice: RebuildChoice,
  { files, tools }: { readonly files: RebuildFiles; readonly tools: Tools },
): Promise<Decision> {
  const { manifest } = release;
  const tag = tagOfRelease(manifest, choice.named);
  const today = await readSite(release.site);
  const sources = readSources(today, {});
  for (const secret of sources.secrets) tools.redactor.add(secret);
  const engine = await tools.engine();
  const info = await engine.about();
  const tokenDelivery = chooseTokenDelivery('auto', info, 'default');
  if (tokenDelivery.means !== 'mirror') throw rebuildNeedsMirror(tokenDelivery.reason ?? '');

  const site = await siteAsItWas(manifest, { today, files, tag });
  const entries = await entriesAsTheyWere(manifest, { site, files, sources });
  const credentials = credentialsOf(sources);
  const resolve = (app: ManifestApp, line: number | undefined): ResolvedApp => ({
    ...plannedApp(app),
    credential: credentials.get(bareUrl(app.url)),
    line,
    place: { file: today.config.apps },
  });
  const frappe = manifest.frappe === null ? undefined : resolve(manifest.frappe, undefined);
  const apps = manifest.apps.map((app, index) => resolve(app, entries[index]?.line));
  const args = buildArgsAsTheyWere(manifest, sources);
  const plan = planOf(manifest, {
    tag,
    containerfile: site.containerfile,
    builder: info.builder,
    buildArgs: args.planned,
    cache: choice.cache,
  });
  return {
    plan,
    engine,
    examination: {
      site: { ...site, apps: entries },
      version: manifest.siteVersion,
      manifests: [manifest],
      siteRepository: undefined,
      sources: { ...sources, filledBuildArgs: args.filled },
      frappe,
      apps,
      engine,
      engineInfo: info,
      tagged: [],
      results: [],
    },
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

/** Its records and its `.env` are where they are today; the rest is as de-build.json said then. */
async function siteAsItWas(
  { containerfile: { path }, context, target }: Manifest,
  from: { readonly today: Site; readonly files: RebuildFiles; readonly tag: ReleaseTag },
): Promise<Site> {
  const { today, files, tag } = from;
  const { config: then } = await readSiteConfig(files.folder);
  const bytes = await readFile(join(files.folder, path));
  return {
    ...today,
    config: {
      ...then,
      image: tag.image,
      containerfile: path,
      context: context.path ?? then.context,
      env: today.config.env,
      manifests: today.config.manifests,
      mirrorPort: today.config.mirrorPort,
      target,
    },
    containerfile: parseContainerfile(path, bytes).containerfile,
  };
}

/**
 * apps.json as it was, where it still names the recorded apps: its other keys are part of what the build got. Else what
 * the record says.
 */
async function entriesAsTheyWere(
  { apps }: Manifest,
  from: { readonly site: Site; readonly files: RebuildFiles; readonly sources: SiteSources },
): Promise<readonly AppEntry[]> {
  const { entries } = await readApps(from.files.folder, from.site.config.apps);
  const understood = parseApps(entries, from.sources.values).apps;
  const isSame = (app: App | undefined, recorded: ManifestApp) =>
    app?.url === recorded.url && (app.ref ?? recorded.ref) === recorded.ref;
  if (
    entries.length === apps.length &&
    understood.length === apps.length &&
    apps.every((recorded, index) => isSame(understood[index], recorded))
  ) {
    return entries;
  }
  return apps.map(({ url, ref }, index) => ({ index, line: index + 1, url, branch: ref, extra: {} }));
}

/** By URL: a token of today opens the repository of then, should the mirror lack a commit. */
function credentialsOf({ apps, frappe }: SiteSources): ReadonlyMap<string, Credential> {
  const all = frappe === undefined ? apps : [frappe, ...apps];
  return new Map(
    all.flatMap(({ url, credential }) =>
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
    // The mirror takes the place of frappe's own URL, and of the token in it.
    if (value === undefined && !(name === 'FRAPPE_PATH' && frappe !== null)) throw rebuildArgMissing(name);
    if (value !== undefined) filled[name] = value;
  }
  return { planned, filled };
}

function planOf(
  manifest: Manifest,
  decided: {
    readonly tag: ReleaseTag;
    readonly containerfile: Site['containerfile'];
    readonly builder: BuildPlan['builder'];
    readonly buildArgs: BuildPlan['buildArgs'];
    readonly cache: boolean;
  },
): BuildPlan {
  const { frappe, apps, context, cache, image, site } = manifest;
  // It is the recorded one, unless another was asked for in its place.
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
    containerfile: { path, digest },
    context: context.path ?? '.',
    dialect,
    builder: decided.builder,
    buildArgs: decided.buildArgs,
    baseImages: image.baseImages.map(({ reference, digest, isFinal = false }) => ({
      reference,
      // What the label says is what was known before the build.
      digest: (isFinal ? labels['org.opencontainers.image.base.digest'] : digest) ?? undefined,
      isFinal,
    })),
    cache: {
      use: decided.cache,
      input: cache.input,
      digest: cache.digest ?? '',
      reason: decided.cache ? undefined : 'a rebuild that comes from the cache proves nothing',
    },
    tokenDelivery: { means: 'mirror', reason: undefined },
    target: manifest.target,
    network: 'host',
    pull: false,
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
  return { name, url, ref, kind, commit, ...(tagObject === undefined ? {} : { tagObject }) };
}
