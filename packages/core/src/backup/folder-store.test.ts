import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BACKUP_MANIFEST, type BackupManifest } from '../manifests/backup-manifest.ts';
import { openFolderStore } from './folder-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backups-'));
});
afterEach(() => rm(folder, { recursive: true }));

const manifest = (id: string, at: string, image = 'acme/erp'): BackupManifest => ({
  schemaVersion: 1,
  ...{ id, at, cause: 'backup', project: 'erp', by: 'me@host' },
  release: { siteVersion: '1.4.0', reference: `${image}:1.4.0`, imageId: 'sha256:1' },
  apps: [{ name: 'frappe' }],
  sites: [
    {
      name: 'erp.localhost',
      at: '2026-11-29 12:00:00.000000',
      database: { file: 'erp.localhost/database.sql.gz', sizeBytes: 100, sha256: 'a' },
      config: { file: 'erp.localhost/site_config.json', sizeBytes: 10, sha256: 'b' },
    },
  ],
});
const [OLD, NEW] = ['20261128T120000Z-1.4.0', '20261129T120000Z-1.4.0'];
const open = () => openFolderStore(folder, 'acme/erp');

test('backups are listed the newest first, without those of other images and what is not complete', async () => {
  const store = open();
  await store.create(NEW, async () => manifest(NEW, '2026-11-29T12:00:00.000Z'));
  await store.create(OLD, async () => manifest(OLD, '2026-11-28T12:00:00.000Z'));
  const other = '20261127T120000Z-1.4.0';
  await store.create(other, async () => manifest(other, '2026-11-27T12:00:00.000Z', 'other/erp'));
  const broken = store.create('20261126T120000Z-1.4.0', async (temporary) => {
    await writeFile(join(temporary, 'half'), 'half');
    throw new Error('The engine is gone');
  });
  await expect(broken).rejects.toThrow('The engine is gone');
  const { backups, problems } = await store.list();
  expect(backups.map(({ id }) => id)).toEqual([NEW, OLD]);
  expect(problems).toEqual([]);
  expect(backups[0]).toMatchObject({ sizeBytes: 110, withFiles: false, location: join(folder, NEW) });
  expect((await readdir(folder)).sort()).toEqual([other, OLD, NEW]);
  expect((await stat(join(folder, NEW, BACKUP_MANIFEST))).mode & 0o777).toBe(0o600);
  await store.remove(backups);
  expect(await readdir(folder)).toEqual([other]);
});

test('a manifest that cannot be read is a problem, and no backup', async () => {
  const store = open();
  await store.create(NEW, async () => manifest(NEW, '2026-11-29T12:00:00.000Z'));
  await writeFile(join(folder, NEW, BACKUP_MANIFEST), '{');
  const { backups, problems } = await store.list();
  expect({ backups, ids: problems.map(({ id }) => id) }).toEqual({ backups: [], ids: ['backup-damaged'] });
});

test('a folder that cannot be made is said so', async () => {
  await writeFile(join(folder, 'file'), '');
  const store = openFolderStore(join(folder, 'file', 'below'), 'acme/erp');
  const made = store.create(NEW, async () => manifest(NEW, '2026-11-29T12:00:00.000Z'));
  await expect(made).rejects.toMatchObject({
    code: 'backup-not-written',
    why: expect.stringContaining('ENOTDIR'),
  });
});
