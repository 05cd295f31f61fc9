import { resolve } from 'node:path';
import { backupNotFound, badBackupDestination } from '../errors/backup-failures.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import type { BackupStore, ListedBackups, StoredBackup, WritableBackupStore } from './backup-store.ts';
import { newestFirst } from './backup-store.ts';
import { openDeploymentStore } from './deployment-store.ts';
import { openFolderStore } from './folder-store.ts';
import { openRestic } from './restic.ts';
import { openResticStore } from './restic-store.ts';

const RESTIC = 'restic:';

/** The stores of a site. */
export interface BackupStores {
  /** Where new backups go. */
  readonly target: WritableBackupStore;
  /** In the site's own folder. */
  readonly local: WritableBackupStore;
  /** The backups of all stores. */
  list(): Promise<ListedBackups>;
  /** @param id of a backup; a beginning that only one has is enough. The newest unless given. @throws DeBuildError `backup-not-found` */
  find(id: string | undefined): Promise<{ readonly store: BackupStore; readonly backup: StoredBackup }>;
  /** That has this backup. */
  storeOf(backup: StoredBackup): BackupStore;
  /** Whether it is elsewhere than in the site's own folder. */
  isElsewhere(backup: StoredBackup): boolean;
}

/**
 * @param to a folder or `restic:REPOSITORY`; `backup.to` of the site, or `.de-build/backups`, unless given
 * @throws DeBuildError `backup-destination-malformed`
 */
export function openStores(
  site: OpenSite,
  to: string | undefined,
  tools: Pick<Tools, 'environment' | 'signal' | 'emit'>,
): BackupStores {
  const { config, own } = site;
  const local = openFolderStore(own.backups, config.image);
  const target = openTarget(site, to ?? config.backup.to, tools) ?? local;
  const stores = new Set<BackupStore>([target, local, openDeploymentStore(own.deployments)]);
  const listed = new Map<StoredBackup, BackupStore>();
  const list = async () => {
    const all = [];
    for (const store of stores) {
      const found = await store.list();
      for (const backup of found.backups) listed.set(backup, store);
      all.push(found);
    }
    return {
      backups: newestFirst(all.flatMap(({ backups }) => backups)),
      problems: all.flatMap(({ problems }) => problems),
    };
  };
  const storeOf = (backup: StoredBackup) => listed.get(backup) ?? target;
  return {
    target,
    local,
    list,
    storeOf,
    isElsewhere: (backup) => target !== local && storeOf(backup) === target,
    async find(id) {
      const { backups } = await list();
      const found = backups.filter((one) => id === undefined || one.id === id);
      const [backup] = found.length > 0 ? found : backups.filter((one) => one.id.startsWith(id ?? ''));
      if (backup === undefined)
        throw backupNotFound(
          id,
          target.name,
          backups.map((one) => one.id),
        );
      return { store: storeOf(backup), backup };
    },
  };
}

function openTarget(
  site: OpenSite,
  to: string | undefined,
  tools: Pick<Tools, 'environment' | 'signal' | 'emit'>,
): WritableBackupStore | undefined {
  const { config, own, folder } = site;
  if (to === undefined || resolve(folder, to) === own.backups) return undefined;
  if (!to.startsWith(RESTIC)) return openFolderStore(resolve(folder, to), config.image);
  const repository = to.slice(RESTIC.length);
  if (repository === '') throw badBackupDestination(to, 'It names no repository.');
  const restic = openRestic(repository, site, tools);
  const { emit } = tools;
  return openResticStore({ restic, repository, scratch: own.backups, image: config.image, emit });
}
