import { join } from 'node:path';
import { z } from 'zod';
import { withTemporaryFolder } from '../disk/whole-folder.ts';
import { backupDamaged } from '../errors/backup-failures.ts';
import type { Tools } from '../flow/tools.ts';
import {
  type BackupManifest,
  readBackupManifest,
  writeBackupManifest,
} from '../manifests/backup-manifest.ts';
import { parseJson } from '../parse-json.ts';
import { measureProgress } from '../progress/progress.ts';
import { newestFirst, type StoredBackup, storedBackup, type WritableBackupStore } from './backup-store.ts';
import type { Restic } from './restic.ts';

export interface ResticStoreOptions {
  readonly restic: Restic;
  readonly repository: string;
  /** Where backups are before they are sent, and after they came. */
  readonly scratch: string;
  /** Of the site. */
  readonly image: string;
  readonly emit: Tools['emit'];
}

const snapshotsSchema = z.array(
  z.looseObject({ id: z.string(), tags: z.array(z.string()).nullish(), paths: z.array(z.string()) }),
);
type Snapshot = z.infer<typeof snapshotsSchema>[number];

const TAG = 'de-build';

/** Backups as snapshots of a restic repository. What a list shows of them is in their tags. */
export function openResticStore(options: ResticStoreOptions): WritableBackupStore {
  const { restic, repository, scratch, image, emit } = options;
  const name = `restic:${repository}`;
  const locate = (snapshot: string) => `${name}#${snapshot.slice(0, 8)}`;
  const snapshots = async () =>
    snapshotsSchema.parse(
      parseJson(await restic.run(['snapshots', '--json', '--tag', `${TAG},image=${image}`])) ?? [],
    );
  const find = async (backup: StoredBackup): Promise<Snapshot> => {
    const found = (await snapshots()).find(({ id }) => locate(id) === backup.location);
    if (found === undefined)
      throw backupDamaged(backup.location, 'The repository has no such snapshot any more.');
    return found;
  };
  return {
    name,
    async list() {
      const backups = (await snapshots()).flatMap((one) => readTags(one, locate(one.id)) ?? []);
      return { backups: newestFirst(backups), problems: [] };
    },
    create: (id, write) =>
      withTemporaryFolder(scratch, id, async (folder) => {
        const manifest = await write(folder);
        await writeBackupManifest(folder, manifest);
        const meter = measureProgress({ id: 'restic', title: `Sending to ${name}`, unit: 'bytes' }, emit);
        let snapshot = '';
        await restic.run(['backup', '--json', ...tagsOf(manifest, image), folder], (message) => {
          const {
            message_type: type,
            bytes_done,
            total_bytes,
            snapshot_id,
          } = message as Record<string, never>;
          if (type === 'status') meter.set(bytes_done ?? 0, total_bytes);
          if (type === 'summary') snapshot = snapshot_id ?? '';
        });
        meter.end();
        return { backup: storedBackup(manifest, locate(snapshot)), manifest };
      }),
    async open(backup, use) {
      const { id, paths } = await find(backup);
      return withTemporaryFolder(scratch, backup.id, async (folder) => {
        await restic.run(['restore', id, '--target', folder]);
        const restored = join(folder, paths[0] ?? '');
        return use(restored, await readBackupManifest(restored));
      });
    },
    async remove(backups) {
      const found = await Promise.all(backups.map(find));
      if (found.length > 0) await restic.run(['forget', '--prune', ...found.map(({ id }) => id)]);
    },
  };
}

function tagsOf(manifest: BackupManifest, image: string): readonly string[] {
  const { id, at, cause, project, siteVersion, sites, withFiles, sizeBytes } = storedBackup(manifest, '');
  const tags = [
    TAG,
    ...Object.entries({
      image,
      id,
      at,
      cause,
      project,
      release: siteVersion,
      files: withFiles,
      bytes: sizeBytes,
    }).map(([key, value]) => `${key}=${value}`),
    ...sites.map((site) => `site=${site}`),
  ];
  return tags.flatMap((tag) => ['--tag', tag]);
}

const tagsSchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  cause: z.enum(['backup', 'deployment', 'rollback', 'restore']),
  project: z.string(),
  release: z.string(),
  files: z.enum(['true', 'false']),
  bytes: z.coerce.number(),
});

/** `undefined` for a snapshot that somebody tagged by hand. */
function readTags({ tags }: Snapshot, location: string): StoredBackup | undefined {
  const pairs = (tags ?? []).map((tag) => [tag.replace(/=.*/s, ''), tag.replace(/^[^=]*=?/, '')] as const);
  const read = tagsSchema.safeParse(Object.fromEntries(pairs));
  if (!read.success) return undefined;
  const { release, files, bytes, ...rest } = read.data;
  return {
    ...rest,
    siteVersion: release,
    sites: pairs.filter(([key]) => key === 'site').map(([, value]) => value),
    withFiles: files === 'true',
    sizeBytes: bytes,
    location,
  };
}
