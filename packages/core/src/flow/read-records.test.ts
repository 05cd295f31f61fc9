import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readRecord, readRecords } from './read-records.ts';

let site: string;
beforeEach(async () => {
  site = await mkdtemp(join(tmpdir(), 'records-'));
});
afterEach(() => rm(site, { recursive: true, force: true }));

test.each([
  ['manifests', 5],
  ['versionScheme', 'nope'],
])('with a wrong %s, no records are looked for elsewhere', async (setting, value) => {
  await writeFile(join(site, 'de-build.json'), JSON.stringify({ [setting]: value }));
  const options = { site, environment: {} };
  await expect(readRecords(options)).rejects.toMatchObject({ code: 'setting-wrong' });
  await expect(readRecord(options)).rejects.toMatchObject({ code: 'setting-wrong' });
});
