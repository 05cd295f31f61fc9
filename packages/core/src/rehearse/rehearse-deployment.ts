import { join } from 'node:path';
import { backUpProject } from '../backup/back-up-sites.ts';
import type { StoredBackup } from '../backup/backup-store.ts';
import type { ListBackupsOptions } from '../backup/list-backups.ts';
import { openStores } from '../backup/open-stores.ts';
import { readConfigs } from '../backup/read-configs.ts';
import { releaseOnEngine, runningRelease } from '../deploy/deploy-site.ts';
import { type DeployedRelease, deploymentId } from '../deploy/deployment.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { migrateSite } from '../deploy/migrate-site.ts';
import { findServiceImages } from '../deploy/service-images.ts';
import { withThrowAwayBench } from '../deploy/throw-away-bench.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { type DeBuildError, isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { changeSite } from '../flow/change-site.ts';
import { findingOf } from '../flow/finding-of.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, Tools } from '../flow/tools.ts';
import { type Bench, openBench } from '../frappe/bench/bench.ts';
import { verifySaved } from '../frappe/bench/verify-saved.ts';

export interface RehearseOptions extends ListBackupsOptions {
  /** Site version. Default: that of the env file. */
  readonly release?: string | undefined;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** Id of a backup, or a beginning that only one has. Default: the newest; where there is none, one is made. */
  readonly backup?: string | undefined;
}

/** How a deployment would go, tried on copies of the databases. */
export interface RehearsedDeployment {
  readonly project: string;
  /** What runs. */
  readonly from: DeployedRelease;
  readonly to: DeployedRelease;
  readonly backup: StoredBackup;
  readonly isPassed: boolean;
  readonly sites: readonly RehearsedSite[];
}

export interface RehearsedSite {
  readonly name: string;
  /** How long its database took to load. */
  readonly restoreMs: number;
  /** Until the migration ended, or failed. */
  readonly migrateMs: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** That the migration was to run. */
  readonly patches: readonly { readonly app: string; readonly patch: string }[];
  readonly doctypes: readonly { readonly app: string; readonly doctype: string; readonly isNew: boolean }[];
  /** Whole output of the migration; absolute path. */
  readonly log: string;
  /** Why it failed: the patch, with its file and line. */
  readonly failure?: Finding & { readonly output?: string };
}

const REHEARSE: Flow = {
  name: 'rehearse',
  stages: ['backup', 'plan', 'restore', 'migrate'],
  unchanged: 'Nothing of the project was changed.',
};

/**
 * Tries the migration of a deployment: a backup is loaded into a throw-away database, and migrated there by the image of the
 * release. Its containers have no network but their own; nothing of the project is touched. Every site is tried, also after one
 * that fails.
 * @throws DeBuildError `backup-*`, `database-image-unknown`, `throw-away-failed`, `release-image-missing`, `release-tag-differs`,
 * `manifest-*`, `project-*`, `restic-*`, `engine-*`
 */
export function rehearseDeployment(options: RehearseOptions): Promise<RehearsedDeployment> {
  const { release, to, backup: id } = options;
  const what = ['deploy', ...(release === undefined ? [] : [release]), '--rehearse'].join(' ');
  return changeSite(options, { flow: REHEARSE, what, lock: 'live' }, async (site, tools) => {
    const stores = openStores(site, to, tools);
    const { backups } = await stores.list();
    if (id === undefined && backups.length === 0)
      await backUpProject(site, { to, what, project: options.project, withFiles: false }, tools);
    const { store, backup } = await stores.find(id);
    const engine = await tools.engine();
    const { containers } = engine;
    const project = await findProject(site, containers, options.project);
    const { image, benchFolder } = site.config;
    const like = benchContainerOf(project, image, benchFolder);
    const [planned, services] = await inStage(
      tools,
      { stage: 'plan', title: `Finding ${release ?? 'the release'} and the database of ${project.name}` },
      async () => [
        await releaseOnEngine(site, engine, release, { from: undefined, dryRun: false }, tools),
        await findServiceImages(
          containers,
          project,
          await openBench(containers, like.id, benchFolder).commonConfig(),
          site.config.backup.databaseImage,
        ),
      ],
    );
    return store.open(backup, async (folder, manifest) => {
      const sites = await readConfigs(folder, manifest, tools.redactor);
      const { signal } = tools;
      const shared = { project: project.name, like, image: planned.imageId, benchFolder, services, sites };
      const logs = join(site.own.path, 'rehearsals', deploymentId(tools.now(), planned.siteVersion));
      await site.own.make();
      await makeFolders(logs, 0o700);
      const rehearsed: RehearsedSite[] = [];
      await withThrowAwayBench(engine, { ...shared, what, now: tools.now(), signal }, async (bench) => {
        for (const { name, database } of manifest.sites) {
          const dump = { path: join(folder, database.file), sha256: database.sha256 };
          const log = join(logs, `${name}.log`);
          rehearsed.push(await rehearseSite({ name, dump, log, bench, containers }, tools));
        }
      });
      return {
        project: project.name,
        from: runningRelease(like),
        ...{ to: planned, backup, sites: rehearsed },
        isPassed: rehearsed.every(({ failure }) => failure === undefined),
      };
    });
  });
}

async function rehearseSite(
  copy: {
    readonly name: string;
    readonly dump: { readonly path: string; readonly sha256: string };
    readonly log: string;
    readonly bench: Bench;
    readonly containers: Parameters<typeof migrateSite>[0]['containers'];
  },
  tools: Tools,
): Promise<RehearsedSite> {
  const { name, dump, log, bench, containers } = copy;
  await verifySaved(dump);
  const [restoreMs] = await timed(() =>
    inStage(tools, { stage: 'restore', title: `Loading the database of ${name}` }, () =>
      bench.restore(name, dump.path, undefined),
    ),
  );
  const before = await contentsOf(bench, name);
  const [migrateMs, failure] = await timed(() =>
    inStage(tools, { stage: 'migrate', title: `Migrating the copy of ${name}` }, () =>
      migrateSite({ site: name, bench, containers, log, serving: NOTHING_TOUCHED }, tools),
    ).then(
      () => undefined,
      (error: unknown) => failureOf(error),
    ),
  );
  const after = await contentsOf(bench, name);
  const { patches, doctypes } = before;
  const sizes = { bytesBefore: before.databaseBytes, bytesAfter: after.databaseBytes };
  return { ...{ name, restoreMs, migrateMs, ...sizes, patches, doctypes, log }, ...(failure && { failure }) };
}

const NOTHING_TOUCHED = 'It was tried on a copy; the project was not touched.';

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> {
  const started = performance.now();
  const result = await work();
  return [Math.round(performance.now() - started), result];
}

async function contentsOf(bench: Bench, name: string) {
  const found = (await bench.describe()).sites.find((one) => one.name === name);
  if (found === undefined) throw new Error(`The throw-away bench has no ${name}.`);
  return found;
}

function failureOf(error: unknown): RehearsedSite['failure'] {
  if (!isDeBuildError(error) || error.code !== 'migration-failed') throw error;
  const { output } = error satisfies DeBuildError;
  return { ...findingOf(error), ...(output === undefined ? {} : { output }) };
}
