import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Archive, addArchive, readArchives } from './archives.ts';
import { listVersions } from './manifest-store.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';
import { writeManifest } from './write-manifest.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'de-build-archives-')), 'build-manifests');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const facts = { imageId: 'sha256:1', createdAt: '2026-08-01T10:00:00.000Z', deBuildVersion: '0.1.0' };
const file = (path: string): Archive => ({
  kind: 'file',
  path,
  sha256: 'a'.repeat(64),
  sizeBytes: 1,
  layout: 'oci',
  compression: 'gzip',
  ...facts,
});
const pushed: Archive = {
  kind: 'registry',
  tag: 'registry:5000/erp:1.4.0-rc.1',
  reference: `registry:5000/erp@sha256:${'b'.repeat(64)}`,
  ...facts,
};

test('archives keep their order, each address appears once, and the list is not read as a record', async () => {
  const version = '1.4.0-rc.1';
  await writeManifest(folder, sampleManifest({ siteVersion: version }));
  expect(await readArchives(folder, version)).toEqual([]);
  await addArchive(folder, version, file('/a'));
  await addArchive(folder, version, pushed);
  await addArchive(folder, version, { ...file('/a'), createdAt: '2026-09-01T10:00:00.000Z' });
  expect(await readArchives(folder, version)).toEqual([
    pushed,
    { ...file('/a'), createdAt: '2026-09-01T10:00:00.000Z' },
  ]);
  expect((await readdir(folder)).sort()).toEqual(['1.4.0-rc.1.archives.json', '1.4.0-rc.1.json']);
  expect(await listVersions(folder)).toEqual([version]);
});

test('the list is moved aside with its manifest', async () => {
  await writeManifest(folder, sampleManifest());
  await addArchive(folder, '1.4.0', file('/a'));
  await writeManifest(folder, sampleManifest({ deBuildVersion: '0.2.0' }), { isReplacing: true });
  expect(await readArchives(folder, '1.4.0')).toEqual([]);
  expect(await readArchives(folder, '1.4.0-replaced-abababababab')).toEqual([file('/a')]);
});

test.each([
  ['half a file', '{"schemaVersion": 1,', 'It is not JSON.'],
  ['a newer one', '{"schemaVersion": 2, "siteVersion": "1.4.0", "archives": []}', '`schemaVersion`'],
  [
    'a wrong digest',
    JSON.stringify({ schemaVersion: 1, siteVersion: '1', archives: [{ ...file('/a'), sha256: 'x' }] }),
    '`archives.0.sha256`',
  ],
])('%s is reported and never overwritten', async (_, text, why) => {
  await writeManifest(folder, sampleManifest());
  await writeFile(join(folder, '1.4.0.archives.json'), text);
  for (const act of [() => readArchives(folder, '1.4.0'), () => addArchive(folder, '1.4.0', pushed)]) {
    await expect(act()).rejects.toMatchObject({
      code: 'archive-list-unreadable',
      exitCode: 9,
      why: expect.stringContaining(why),
    });
  }
});

test('a list that cannot be written is an error', async () => {
  await writeFile(folder, '');
  await expect(addArchive(folder, '1.4.0', pushed)).rejects.toMatchObject({ exitCode: 9 });
});
