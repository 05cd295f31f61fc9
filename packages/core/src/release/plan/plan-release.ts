import { join } from 'node:path';
import { decideCacheInput } from '../../apps/cache-input.ts';
import type { Engine } from '../../engine/engine.ts';
import { checksFailed, frozenNeedsMirror, sshNeedsMirror } from '../../errors/release-failures.ts';
import { inStage } from '../../flow/stage.ts';
import type { SiteOptions, Tools } from '../../flow/tools.ts';
import { READS_SITE, withTools } from '../../flow/with-tools.ts';
import { isSshUrl } from '../../git/ssh-url.ts';
import type { Secret } from '../../secrets/secret.ts';
import { stagesWith } from '../../site/parse-containerfile.ts';
import type { Site } from '../../site/site.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import { type Examination, examineSite } from '../check/examine-site.ts';
import { findBaseImages } from './base-images.ts';
import type { BuildPlan } from './plan.ts';
import { planBuild } from './plan-build.ts';
import { chooseTokenDelivery } from './token-delivery.ts';

/** What a release can be told besides what the site's files say. */
export interface ReleaseOptions extends SiteOptions {
  /** Run every step again. Default: false. */
  readonly noCache?: boolean;
  /** Ask registries for newer base images. Default: false. */
  readonly pull?: boolean;
  /** Release a version again that exists: the old image and its record are moved aside. Default: false. */
  readonly force?: boolean;
  /** Build args that go before those of `.env` and de-build.json. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Build from the commits of the newest recorded release, wherever the refs point now. Default: false. */
  readonly frozen?: boolean;
  /** How the build gets private apps. Default: de-build.json's. */
  readonly tokenDelivery?: SiteConfig['tokenDelivery'];
  /** What a secret in the image means. Default: de-build.json's. */
  readonly audit?: SiteConfig['audit'];
  /** Keep an image that the audit refuses, under a tag that says so. Default: false. */
  readonly keepFailed?: boolean;
  /** Network of the build's steps: `default`, `host` or `none`. Default: de-build.json's. */
  readonly network?: string;
}

/**
 * Checks the site and decides its release, changing nothing: what `de-build --dry-run` prints.
 * @throws DeBuildError `checks-failed` when a check finds an error; the findings come as events.
 */
export function planRelease(options: ReleaseOptions): Promise<BuildPlan> {
  return withTools(options, async (tools) => (await decideRelease(options, tools)).plan, READS_SITE);
}

/** The plan, and the examination it was decided from, which holds the secrets. */
export interface Decision {
  readonly plan: BuildPlan;
  readonly examination: Examination;
  readonly engine: Engine;
  readonly files: BuildFiles;
  readonly force: boolean;
  /** The commits come from a record, wherever their refs point now. */
  readonly isFrozen: boolean;
  /**
   * Seconds, of a rebuild. A release gets none: BuildKit from 0.25 on dates what WORKDIR makes by it, and all that follows
   * would be built anew each time.
   */
  readonly sourceDateEpoch?: string | undefined;
  readonly audit: SiteConfig['audit'];
  readonly keepsFailed: boolean;
}

/** Where a build takes its files from. */
export interface BuildFiles {
  /** What the paths in the site's configuration are relative to: its own folder, or a copy of it as it was. */
  readonly folder: string;
  /** Absolute. */
  readonly containerfile: string;
  /** Where hashes of the context are kept from one build to the next. */
  readonly hashesFile: string;
}

function filesOf({ folder, config }: Site): BuildFiles {
  return {
    folder,
    containerfile: join(folder, config.containerfile),
    hashesFile: join(folder, '.de-build', 'context-hashes'),
  };
}

export async function decideRelease(options: ReleaseOptions, tools: Tools): Promise<Decision> {
  const examination = await inStage(
    tools,
    { stage: 'check', title: `Checking ${options.site}` },
    async () => {
      const seen = await examineSite(
        {
          folder: options.site,
          buildArgs: options.buildArgs ?? {},
          skip: new Set(),
          force: options.force ?? false,
          frozen: options.frozen ?? false,
        },
        tools,
      );
      assertPassed(seen);
      return seen;
    },
  );
  return inStage(tools, { stage: 'plan', title: 'Deciding what to build' }, () =>
    decide(options, examination, tools),
  );
}

function assertPassed({ results }: Examination): void {
  const findings = results.flatMap((result) => result.findings);
  if (findings.some(({ severity }) => severity === 'error')) throw checksFailed(findings);
}

async function decide(options: ReleaseOptions, examination: Examination, tools: Tools): Promise<Decision> {
  const { site, version, engine, engineInfo, sources, apps, frappe } = examination;
  const { containerfile } = site;
  const dialect = containerfile?.dialect;
  if (
    containerfile === undefined ||
    dialect === undefined ||
    version === undefined ||
    engine === undefined ||
    engineInfo === undefined
  ) {
    throw new Error('A check let a site pass that cannot be planned.');
  }
  const resolved = frappe === undefined ? apps : [frappe, ...apps];
  const holder = examination.tagged.find((image) => image.tag === version);
  const plan = planBuild({
    config: site.config,
    containerfile: { ...containerfile, dialect },
    version,
    sources,
    frappe,
    apps,
    cache: decideCacheInput({
      dialect,
      declaresCacheBust: containerfile.args.has('CACHE_BUST'),
      resolved,
      last: lastCommits(examination),
    }),
    baseImages: await findBaseImages(
      stagesWith(containerfile, plainValues(sources.filledBuildArgs)),
      site.config.target,
      engine.images,
    ),
    siteRepository: examination.siteRepository,
    builder: engineInfo.builder,
    tokenDelivery: chooseTokenDelivery(
      options.tokenDelivery ?? site.config.tokenDelivery,
      engineInfo,
      options.network ?? site.config.network,
    ),
    replaces: holder === undefined ? undefined : { imageId: holder.id, tag: holder.tag },
    warnings: examination.results
      .flatMap((result) => result.findings)
      .filter((finding) => finding.severity === 'warning'),
    noCache: options.noCache ?? false,
    pull: options.pull ?? false,
    network: options.network,
    now: tools.now(),
  });
  if (options.frozen === true && plan.tokenDelivery.means === 'inject') {
    throw frozenNeedsMirror(plan.tokenDelivery.reason ?? '');
  }
  const overSsh = resolved.filter(({ url }) => isSshUrl(url)).map(({ name }) => name);
  if (overSsh.length > 0 && plan.tokenDelivery.means === 'inject') {
    throw sshNeedsMirror(overSsh, plan.tokenDelivery.reason ?? '');
  }
  return {
    plan,
    examination,
    engine,
    files: filesOf(site),
    force: options.force ?? false,
    isFrozen: options.frozen ?? false,
    audit: options.audit ?? site.config.audit,
    keepsFailed: options.keepFailed ?? false,
  };
}

/** No FROM line stands on a secret. */
function plainValues(args: Readonly<Record<string, string | Secret>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What the newest recorded release was built from: name → commit. */
function lastCommits({ manifests }: Examination): ReadonlyMap<string, string> | undefined {
  const last = manifests[0];
  if (last === undefined) return undefined;
  const apps = last.frappe === null ? last.apps : [last.frappe, ...last.apps];
  return new Map(apps.map(({ name, commit }) => [name, commit]));
}
