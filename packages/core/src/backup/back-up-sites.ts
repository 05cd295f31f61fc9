import { backUpSite } from '../deploy/back-up-site.ts';
import { withBenchContainer } from '../deploy/bench-container.ts';
import { findUnfinished } from '../deploy/deploy-site.ts';
import { deploymentId } from '../deploy/deployment.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { refuseUnfinishedRestore } from '../deploy/unfinished-restore.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { backupDatabaseUnsupported, nothingToBackUp } from '../errors/backup-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import { thisHolder } from '../flow/lock-holder.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { findRecord } from '../flow/read-records.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import type { BackedUpSite, BackupManifest } from '../manifests/backup-manifest.ts';
import type { MadeBackup, WritableBackupStore } from './backup-store.ts';
import { openStores } from './open-stores.ts';

export interface BackUpOptions extends SiteOptions {
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** A folder, or `restic:REPOSITORY`. Default: `backup.to` of de-build.json, or `.de-build/backups`. */
  readonly to?: string | undefined;
  /** Whether uploaded files are in it. Default: true. */
  readonly withFiles?: boolean;
}

const BACKUP: Flow = { name: 'backup', stages: ['backup'], unchanged: 'No backup was kept.' };

/**
 * Backs up every site of the project that runs the site's image: database, uploaded files, and site_config.json with the encryption
 * key. Nothing is stopped.
 * @throws DeBuildError `dump-incomplete`, `files-incomplete`, `backup-not-written`, `backup-*`, `deployment-unfinished`, `restic-*`, `project-*`, `site-locked`, `engine-*`
 */
export function backUpSites(options: BackUpOptions): Promise<MadeBackup> {
  const what = 'backup';
  return changeSite(options, { flow: BACKUP, what, lock: 'live' }, (site, tools) =>
    backUpProject(site, { ...options, what }, tools),
  );
}

/** The same in a site that is open. @param what as a person would type it */
export async function backUpProject(
  site: OpenSite,
  options: Pick<BackUpOptions, 'project' | 'to' | 'withFiles'> & { readonly what: string },
  tools: Tools,
): Promise<MadeBackup> {
  const { to, what, withFiles = true } = options;
  const { signal } = tools;
  const engine = await tools.engine();
  const { target } = openStores(site, to, tools);
  await refuseUnfinished(site);
  await refuseUnfinishedRestore(site);
  const project = await findProject(site, engine.containers, options.project);
  const { image, benchFolder } = site.config;
  const like = benchContainerOf(project, image, benchFolder);
  const container = { project: project.name, like, image: like.imageId, benchFolder, what };
  return withBenchContainer(engine, { ...container, now: tools.now(), signal }, (bench) => {
    const request = { bench, store: target, project: project.name, running: like, withFiles };
    return inStage(tools, { stage: 'backup', title: `Backing up ${project.name}` }, () =>
      makeBackup(site, { ...request, cause: 'backup' }, tools),
    );
  });
}

/** Its databases may be of neither release. @throws DeBuildError `deployment-unfinished` */
export async function refuseUnfinished({ own }: Pick<OpenSite, 'own'>): Promise<void> {
  await findUnfinished(own.deployments, { resume: false, dryRun: false, kind: undefined });
}

export interface BackupRequest {
  readonly bench: Bench;
  readonly store: WritableBackupStore;
  readonly project: string;
  /** What runs. */
  readonly running: { readonly image: string; readonly imageId: string };
  readonly withFiles: boolean;
  readonly cause: BackupManifest['cause'];
  /** Names of the bench's sites; all of them unless given. */
  readonly sites?: readonly string[];
}

/** The same with a bench that is open. */
export async function makeBackup(site: OpenSite, request: BackupRequest, tools: Tools): Promise<MadeBackup> {
  const { bench, store, project, running, withFiles, cause } = request;
  const described = await bench.describe();
  const chosen = described.sites.filter(({ name }) => request.sites?.includes(name) !== false);
  const [unknown] = chosen.filter(({ database }) => database !== 'mariadb');
  if (unknown !== undefined) throw backupDatabaseUnsupported(unknown.name, unknown.database);
  if (chosen.length === 0) throw nothingToBackUp(project);
  await site.own.make();
  const names = chosen.map(({ name }) => name);
  const { tag: siteVersion } = parseReference(running.image);
  const { user, host, since } = thisHolder(cause, tools.now());
  const id = deploymentId(tools.now(), siteVersion);
  const record = await findRecord(site, siteVersion).catch(() => undefined);
  const apps = (record?.apps ?? []).map(({ name, version, commit }) => ({ name, version, commit }));
  return store.create(id, async (folder) => {
    const saved: BackedUpSite[] = [];
    for (const name of names) saved.push(await backUpSite({ bench, site: name, folder, withFiles }, tools));
    return {
      schemaVersion: 1,
      ...{ id, at: since, cause, project, by: `${user}@${host}` },
      release: { siteVersion, reference: running.image, imageId: running.imageId },
      apps: apps.length > 0 ? apps : described.apps.map((name) => ({ name })),
      sites: saved,
    };
  });
}
