import type { StoredBackup } from './backup-store.ts';

export interface RetentionPolicy {
  /** How many of the newest stay, whatever they are. */
  readonly keepLast: number;
  /** Ids of backups that a rollback needs. */
  readonly needed: ReadonlySet<string>;
}

/** A backup with what keeps it, as phrases; nothing keeps it where there are none. */
export interface JudgedBackup {
  readonly backup: StoredBackup;
  readonly keptAs: readonly string[];
}

/**
 * Keeps what the history needs: the last backup of each release, the last one of each month, the newest, and what a rollback
 * would restore.
 * @param backups the newest first
 */
export function planRetention(
  backups: readonly StoredBackup[],
  { keepLast, needed }: RetentionPolicy,
): readonly JudgedBackup[] {
  const releases = new Set<string>();
  const months = new Set<string>();
  return backups.map((backup, at) => {
    const { id, siteVersion } = backup;
    const month = backup.at.slice(0, 7);
    const keptAs = [
      ...(needed.has(id) ? ['needed by the rollback'] : []),
      ...(releases.has(siteVersion) ? [] : [`last of ${siteVersion}`]),
      ...(months.has(month) ? [] : [`last of ${month}`]),
      ...(at < keepLast ? [`among the last ${keepLast}`] : []),
    ];
    releases.add(siteVersion);
    months.add(month);
    return { backup, keptAs };
  });
}
