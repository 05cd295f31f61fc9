import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readCompanion, writeCompanion } from './companion.ts';
import { listVersions } from './manifest-store.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';
import { writeManifest } from './write-manifest.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-companion-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bill = (version: string) => ({ version, companion: '.cdx.json' }) as const;

test('a companion is never read as a record, not even of a pre-release', async () => {
  await writeManifest(folder, sampleManifest({ siteVersion: '1.4.0-rc.1' }));
  await writeCompanion(folder, bill('1.4.0-rc.1'), '{}');
  expect(await listVersions(folder)).toEqual(['1.4.0-rc.1']);
});

test('it is read back; one that belongs to no record is overwritten', async () => {
  await writeCompanion(folder, bill('1.4.0'), 'old');
  await writeCompanion(folder, bill('1.4.0'), 'new');
  expect(await readCompanion(folder, bill('1.4.0'))).toBe('new');
  expect(await readCompanion(folder, bill('1.5.0'))).toBeUndefined();
});

test('it is moved aside with its record', async () => {
  await writeManifest(folder, sampleManifest());
  await writeCompanion(folder, bill('1.4.0'), 'first');
  const image = { ...sampleManifest().image, id: `sha256:${'cd'.repeat(32)}` };
  await writeManifest(folder, sampleManifest({ image }), { isReplacing: true });
  await writeCompanion(folder, bill('1.4.0'), 'second');
  expect(await readCompanion(folder, bill('1.4.0-replaced-abababababab'))).toBe('first');
  expect(await readCompanion(folder, bill('1.4.0'))).toBe('second');
  expect((await readdir(folder)).sort()).toEqual([
    '1.4.0-replaced-abababababab.cdx.json',
    '1.4.0-replaced-abababababab.json',
    '1.4.0.cdx.json',
    '1.4.0.json',
  ]);
});
