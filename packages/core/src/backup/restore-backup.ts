import { join } from 'node:path';
import { withBenchContainer } from '../deploy/bench-container.ts';
import { type DatabaseLoss, describeLoss } from '../deploy/describe-loss.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { backupOfNewerRelease, backupSiteMissing, restoreLosesData } from '../errors/backup-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { Flow } from '../flow/tools.ts';
import { verifySaved } from '../frappe/bench/verify-saved.ts';
import { filesOfSite } from '../manifests/backup-manifest.ts';
import { isHigher } from '../version/schemes.ts';
import { refuseUnfinished } from './back-up-sites.ts';
import type { StoredBackup } from './backup-store.ts';
import type { ListBackupsOptions } from './list-backups.ts';
import { openStores } from './open-stores.ts';
import { runRestore } from './run-restore.ts';

export interface RestoreBackupOptions extends ListBackupsOptions {
  /** Its id, or a beginning that only one has. */
  readonly id: string;
  /** Names of the bench's sites. Default: those of the backup. */
  readonly only?: readonly string[] | undefined;
  /** Also put the uploaded files back; those that are newer stay. Default: false. */
  readonly files?: boolean;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** Accept that rows that were written since the backup are lost. Default: false. */
  readonly acceptLoss?: boolean;
  /** Change nothing that stays; say what would be done. Default: false. */
  readonly dryRun?: boolean;
}

/** What was restored, or would be. */
export interface RestoredBackup {
  readonly dryRun: boolean;
  readonly backup: StoredBackup;
  readonly databases: readonly DatabaseLoss[];
  /** Whether the databases are of an older release, and are migrated to the one that runs. */
  readonly isMigration: boolean;
  /** The databases from before it; absent with `dryRun`. */
  readonly present?: StoredBackup;
}

const RESTORE: Flow = {
  name: 'backup-restore',
  stages: ['plan', 'pause', 'backup', 'restore', 'migrate', 'gate'],
  unchanged: 'The databases are as they were.',
};

/**
 * Puts the databases of a backup into the project: into the databases that the sites have there, as their own users. The present
 * ones are backed up first. A backup of an older release is migrated to the one that runs.
 * @throws DeBuildError `backup-*`, `restore-loses-data`, `restore-failed`, `migration-failed`, `deployment-unfinished`, `project-*`,
 * `restic-*`, `site-locked`, `engine-*`
 */
export function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const { id, to, dryRun = false, files = false, acceptLoss = false } = options;
  const what = `backup restore ${id}`;
  return changeSite(options, { flow: RESTORE, what, lock: 'live', dryRun }, async (site, tools) => {
    if (!dryRun) await refuseUnfinished(site);
    const stores = openStores(site, to, tools);
    const { store, backup } = await stores.find(id);
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    const { image, benchFolder, versionScheme } = site.config;
    const like = benchContainerOf(project, image, benchFolder);
    const { tag: running } = parseReference(like.image);
    if (isHigher(backup.siteVersion, running, versionScheme))
      throw backupOfNewerRelease(backup.id, backup.siteVersion, running);
    const container = { project: project.name, like, image: like.imageId, benchFolder, what };
    const { signal, now } = tools;
    return withBenchContainer(engine, { ...container, now: now(), signal }, (bench) =>
      store.open(backup, async (folder, manifest) => {
        const described = await bench.describe();
        const chosen = manifest.sites.filter(({ name }) => options.only?.includes(name) !== false);
        const missing = [
          ...(options.only ?? []).filter((name) => !chosen.some((one) => one.name === name)),
          ...chosen
            .map(({ name }) => name)
            .filter((name) => !described.sites.some((one) => one.name === name)),
        ];
        if (missing.length > 0) throw backupSiteMissing(backup.id, backup.sites, missing);
        for (const one of chosen.flatMap(filesOfSite))
          await verifySaved({ path: join(folder, one.file), sha256: one.sha256 });
        const databases: DatabaseLoss[] = [];
        for (const { name, at } of chosen)
          databases.push({ site: name, at: at.replace(/\.\d+$/, ''), lost: await bench.rowsSince(name, at) });
        const isMigration = backup.siteVersion !== running;
        if (dryRun) return { dryRun, backup, databases, isMigration };
        if (!acceptLoss && databases.some(({ lost }) => lost.length > 0))
          throw restoreLosesData(backup.id, describeLoss(databases));

        const release = { siteVersion: running, reference: like.image, imageId: like.imageId };
        const restore = {
          site,
          tools,
          bench,
          project,
          engine,
          release,
          what,
          backup,
          folder,
          files,
          isMigration,
        };
        const sites = chosen.map((one) => ({
          ...one,
          maintenance: described.sites.find(({ name }) => name === one.name)?.maintenance ?? false,
        }));
        const present = await runRestore({ ...restore, sites, local: stores.local });
        return { dryRun, backup, databases, isMigration, present };
      }),
    );
  });
}
