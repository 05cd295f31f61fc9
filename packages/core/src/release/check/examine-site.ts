import { join } from 'node:path';
import type { ResolvedApp } from '../../apps/app.ts';
import type { SiteSources } from '../../apps/site-sources.ts';
import { readSources } from '../../apps/site-sources.ts';
import type { Engine, EngineInfo, TaggedImage } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import { findingOf } from '../../flow/finding-of.ts';
import type { CheckResult } from '../../flow/release-event.ts';
import type { Tools } from '../../flow/tools.ts';
import { judgeSiteRepository } from '../../git/judge-site-repository.ts';
import { readSiteRepository, type SiteRepository } from '../../git/site-repository.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { readManifests } from '../../manifests/manifest-store.ts';
import { readSite } from '../../site/read-site.ts';
import type { Site } from '../../site/site.ts';
import { type CheckRun, runCheck } from './check.ts';
import { checkImageTag, checkVersion, isForgivable, readVersion } from './check-version.ts';
import { examineEngine } from './examine-engine.ts';
import { examineRepositories } from './examine-repositories.ts';
import { reportSiteFiles } from './report-site-files.ts';

/** All that is known of a site before anything is decided: what lies on disk, what the hosts and the engine say. */
export interface Examination {
  readonly site: Site;
  /** The site version in `.env`, when it has one. */
  readonly version: string | undefined;
  readonly manifests: readonly Manifest[];
  readonly siteRepository: SiteRepository | undefined;
  readonly sources: SiteSources;
  readonly frappe: ResolvedApp | undefined;
  readonly apps: readonly ResolvedApp[];
  readonly engine: Engine | undefined;
  readonly engineInfo: EngineInfo | undefined;
  readonly tagged: readonly TaggedImage[];
  readonly results: readonly CheckResult[];
}

/** Frappe, where the build takes it, and the apps. */
export function resolvedAppsOf({ frappe, apps }: Examination): readonly ResolvedApp[] {
  return frappe === undefined ? apps : [frappe, ...apps];
}

export interface ExamineOptions {
  readonly folder: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Ids of checks that are left out. */
  readonly skip: ReadonlySet<string>;
  /** A version, tag or record that exists is a warning, not an error. */
  readonly force: boolean;
  /** Take the commits of the newest record instead of asking the hosts. */
  readonly frozen: boolean;
}

/** Makes every check, side by side where one does not need another, and reports each as it ends. */
export async function examineSite(options: ExamineOptions, tools: Tools): Promise<Examination> {
  const run: CheckRun = {
    skip: options.skip,
    isForgiven: options.force ? isForgivable : () => false,
    emit: tools.emit,
    results: [],
  };
  const site = await readSite(options.folder);
  const sources = readSources(site, options.buildArgs);
  const tooShort = sources.secrets.filter((secret) => tools.redactor.add(secret) === 'too-short');
  await reportSiteFiles(run, site, { sources, tooShort });

  const records = await readManifests(join(site.folder, site.config.manifests)).catch((error: unknown) => {
    if (!isDeBuildError(error)) throw error;
    return { manifests: [], problems: [findingOf(error)] };
  });
  const frozen = options.frozen ? { manifest: records.manifests[0] } : undefined;
  // The hosts are asked first: their answers take longest, and the rest is done while they are under way.
  const [repositories, siteRepository, engine] = await Promise.all([
    examineRepositories(run, site, { sources, tools, frozen }),
    runCheck(run, { id: 'site-repository', title: "The site's own repository" }, async () => {
      const repository = await readSiteRepository(site.folder, {
        environment: tools.environment,
        ignore: [site.config.manifests, '.de-build'],
        signal: tools.signal,
      });
      return { value: repository, findings: judgeSiteRepository(repository) };
    }),
    examineEngine(run, site, tools),
  ]);

  const version = readVersion(site);
  const known = { version, manifests: records.manifests, tagged: engine.tagged };
  await runCheck(run, { id: 'site-version', title: 'The site version' }, () =>
    checkVersion(site, { ...known, problems: records.problems }),
  );
  await runCheck(run, { id: 'image-tag', title: "The image's tag" }, () =>
    checkImageTag(site, { ...known, isEngineKnown: engine.info !== undefined }),
  );

  return {
    site,
    version,
    manifests: records.manifests,
    siteRepository,
    sources,
    frappe: repositories.frappe,
    apps: repositories.apps,
    engine: engine.engine,
    engineInfo: engine.info,
    tagged: engine.tagged,
    results: run.results,
  };
}
