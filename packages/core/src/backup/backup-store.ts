import type { Finding } from '../errors/finding.ts';
import { type BackupManifest, sizeOfBackup } from '../manifests/backup-manifest.ts';

/** A backup that is at hand, in a line. */
export interface StoredBackup extends Pick<BackupManifest, 'id' | 'at' | 'cause' | 'project'> {
  /** Of the release that ran. */
  readonly siteVersion: string;
  readonly sites: readonly string[];
  /** Whether it has uploaded files. */
  readonly withFiles: boolean;
  readonly sizeBytes: number;
  /** Its folder, or its snapshot in a restic repository. */
  readonly location: string;
}

/** A backup that was made. */
export interface MadeBackup {
  readonly backup: StoredBackup;
  readonly manifest: BackupManifest;
}

export interface ListedBackups {
  /** The newest first. */
  readonly backups: readonly StoredBackup[];
  /** What looks like a backup and cannot be read. */
  readonly problems: readonly Finding[];
}

/** Where backups are. */
export interface BackupStore {
  /** For people: a folder, or `restic:REPOSITORY`. */
  readonly name: string;
  list(): Promise<ListedBackups>;
  /** Runs a function with the folder of a backup. @throws DeBuildError `backup-damaged`, `restic-*` */
  open<Result>(
    backup: StoredBackup,
    use: (folder: string, manifest: BackupManifest) => Promise<Result>,
  ): Promise<Result>;
  remove(backups: readonly StoredBackup[]): Promise<void>;
}

/** Where new ones go. */
export interface WritableBackupStore extends BackupStore {
  /** Keeps what the function writes into a folder, completely or not at all. */
  create(id: string, write: (folder: string) => Promise<BackupManifest>): Promise<MadeBackup>;
}

export function storedBackup(manifest: BackupManifest, location: string): StoredBackup {
  const { id, at, cause, project, release, sites } = manifest;
  return {
    ...{ id, at, cause, project },
    siteVersion: release.siteVersion,
    sites: sites.map(({ name }) => name),
    withFiles: sites.some(
      ({ publicFiles, privateFiles }) => publicFiles !== undefined || privateFiles !== undefined,
    ),
    sizeBytes: sizeOfBackup(manifest),
    location,
  };
}

export function newestFirst(backups: readonly StoredBackup[]): readonly StoredBackup[] {
  return [...backups].sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1));
}
