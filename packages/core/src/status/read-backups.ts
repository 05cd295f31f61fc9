import type { StoredBackup } from '../backup/backup-store.ts';

/** The backups of a site that are here. */
export interface BackupStatus {
  readonly site: string;
  readonly count: number;
  readonly newest: StoredBackup;
}

/** @param backups the newest first */
export function backupsOf(backups: readonly StoredBackup[]): readonly BackupStatus[] {
  const names = [...new Set(backups.flatMap(({ sites }) => sites))].sort();
  return names.flatMap((site) => {
    const own = backups.filter(({ sites }) => sites.includes(site));
    const [newest] = own;
    return newest === undefined ? [] : [{ site, count: own.length, newest }];
  });
}
