import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../disk/write-whole.ts';
import { backupDamaged } from '../errors/backup-failures.ts';
import { systemAnswer } from '../errors/system-answer.ts';

/** A file of a backup. */
export interface BackupFile {
  /** Relative to the folder of the backup. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A tar of uploaded files. */
export interface BackupFiles extends BackupFile {
  readonly files: number;
}

/** What a backup has of one site. */
export interface BackedUpSite {
  readonly name: string;
  /** When its dump was begun, as the site tells the time. */
  readonly at: string;
  /** The dump, packed by gzip. */
  readonly database: BackupFile;
  /** site_config.json, with the encryption key. */
  readonly config: BackupFile;
  readonly publicFiles?: BackupFiles | undefined;
  readonly privateFiles?: BackupFiles | undefined;
}

/** A backup of the sites of a project. */
export interface BackupManifest {
  readonly schemaVersion: 1;
  /** Begins with the time: `20261129T120000Z-1.4.0`. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What it was made for: by itself, or before a deployment, a rollback or a restore. */
  readonly cause: 'backup' | 'deployment' | 'rollback' | 'restore';
  /** Of Compose. */
  readonly project: string;
  /** `user@host` */
  readonly by: string;
  /** What ran. */
  readonly release: { readonly siteVersion: string; readonly reference: string; readonly imageId: string };
  /** Version and commit are those of the release's record. */
  readonly apps: readonly {
    readonly name: string;
    readonly version?: string | null | undefined;
    readonly commit?: string | undefined;
  }[];
  readonly sites: readonly BackedUpSite[];
}

const text = z.string();
const file = z.object({ file: text, sizeBytes: z.int().min(0), sha256: text });
const files = file.extend({ files: z.int().min(0) });

export const backedUpSiteSchema = z.object({
  name: text,
  at: text,
  database: file,
  config: file,
  publicFiles: files.optional(),
  privateFiles: files.optional(),
}) satisfies z.ZodType<BackedUpSite>;

const backupSchema: z.ZodType<BackupManifest> = z.object({
  schemaVersion: z.literal(1),
  id: text,
  at: z.iso.datetime(),
  cause: z.enum(['backup', 'deployment', 'rollback', 'restore']),
  project: text,
  by: text,
  release: z.object({ siteVersion: text, reference: text, imageId: text }),
  apps: z.array(z.object({ name: text, version: text.nullish(), commit: text.optional() })),
  sites: z.array(backedUpSiteSchema),
});

/** In the folder of each backup. */
export const BACKUP_MANIFEST = 'backup.json';

export async function writeBackupManifest(folder: string, manifest: BackupManifest): Promise<void> {
  await writeWhole(join(folder, BACKUP_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/** @throws DeBuildError `backup-damaged` */
export async function readBackupManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, BACKUP_MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw backupDamaged(folder, `${BACKUP_MANIFEST} cannot be read (${systemAnswer(error)}).`);
  });
  try {
    return backupSchema.parse(JSON.parse(text));
  } catch {
    throw backupDamaged(folder, `${BACKUP_MANIFEST} is not what de-build writes.`);
  }
}

/** Its dump, its configuration and its uploaded files. */
export function filesOfSite({
  database,
  config,
  publicFiles,
  privateFiles,
}: BackedUpSite): readonly BackupFile[] {
  return [database, config, publicFiles, privateFiles].filter((one) => one !== undefined);
}

export function sizeOfBackup({ sites }: Pick<BackupManifest, 'sites'>): number {
  return sites.flatMap(filesOfSite).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
