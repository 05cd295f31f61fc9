import { readDeployments } from '../deploy/deployment.ts';
import { changeSite, inspectSite } from '../flow/change-site.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import type { ListedBackups } from './backup-store.ts';
import { openStores } from './open-stores.ts';
import { type JudgedBackup, planRetention } from './plan-retention.ts';

export interface ListBackupsOptions extends SiteOptions {
  /** A folder, or `restic:REPOSITORY`. Default: `backup.to` of de-build.json, or `.de-build/backups`. */
  readonly to?: string | undefined;
}

const LIST: Flow = { name: 'backups', stages: [], unchanged: 'It changes nothing.' };

/**
 * The backups at hand, the newest first: those of `de-build backup`, and those that deployments, rollbacks and restores made.
 * @throws DeBuildError `restic-*`, `deployment-unreadable`, `site-not-found`, `not-a-site`
 */
export function listBackups(options: ListBackupsOptions): Promise<ListedBackups> {
  return inspectSite(options, { flow: LIST, what: 'backup list' }, (site, tools) =>
    openStores(site, options.to, tools).list(),
  );
}

export interface PruneBackupsOptions extends ListBackupsOptions {
  /** How many of the newest stay in any case. Default: `backup.keep` of de-build.json, or 7. */
  readonly keepLast?: number | undefined;
  /** Change nothing; say what would be removed, and why the rest stays. Default: false. */
  readonly dryRun?: boolean;
}

/** What a prune of backups removed, or would remove. */
export interface PrunedBackups {
  readonly dryRun: boolean;
  /** Of each place the newest first. */
  readonly backups: readonly JudgedBackup[];
  readonly freedBytes: number;
}

const PRUNE: Flow = {
  name: 'backup-prune',
  stages: [],
  unchanged: 'A part of the backups may have been removed.',
};

/**
 * Removes backups that no rule keeps: the last of each release and of each month stay, the newest few, and what a rollback of
 * the present release needs.
 * @throws DeBuildError `restic-*`, `deployment-unreadable`, `site-locked`, `lock-*`
 */
export function pruneBackups(options: PruneBackupsOptions): Promise<PrunedBackups> {
  const { dryRun = false, to } = options;
  return changeSite(
    options,
    { flow: PRUNE, what: 'backup prune', lock: 'live', dryRun },
    async (site, tools) => {
      const stores = openStores(site, to, tools);
      const { backups } = await stores.list();
      const keepLast = options.keepLast ?? site.config.backup.keep;
      const policy = { keepLast, needed: await neededBackups(site) };
      // What is elsewhere is a copy for the day when this disk is lost: neither place counts for the other.
      const judged = [true, false].flatMap((elsewhere) =>
        planRetention(
          backups.filter((one) => stores.isElsewhere(one) === elsewhere),
          policy,
        ),
      );
      const removed = judged.filter(({ keptAs }) => keptAs.length === 0).map(({ backup }) => backup);
      if (!dryRun) {
        for (const store of new Set(removed.map(stores.storeOf)))
          await store.remove(removed.filter((one) => stores.storeOf(one) === store));
      }
      const freedBytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return { dryRun, backups: judged, freedBytes };
    },
  );
}

/** Of the deployment that `de-build rollback` takes back, or that is unfinished. */
async function neededBackups({ own }: OpenSite): Promise<ReadonlySet<string>> {
  const last = (await readDeployments(own.deployments)).find(
    ({ state }) => state !== 'undone' && state !== 'rolled-back',
  );
  return new Set(last === undefined ? [] : [last.id]);
}
