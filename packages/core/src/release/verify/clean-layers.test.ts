import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { siteFolder } from '../../flow/site-folder.ts';
import { Secret } from '../../secrets/secret.ts';
import { openCleanLayers } from './clean-layers.ts';

let site: string;
beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'de-build-clean-'));
});
afterEach(() => rmSync(site, { recursive: true, force: true }));

const PAT = new Secret('PAT', 'planted-0123456789');
const PASSWORD = new Secret('DB_PASSWORD', 'planted-9876543210');
const file = () => join(site, '.de-build/clean-layers.json');

test('layers stay clean for the same secrets, in any order and with any names', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT, PASSWORD])).keep(['sha256:a', 'sha256:b']);
  const again = await openCleanLayers(siteFolder(site), [PASSWORD, new Secret('OTHER', PAT.reveal())]);
  expect([again.has('sha256:a'), again.has('sha256:b'), again.has('sha256:c')]).toEqual([true, true, false]);
  await again.keep(['sha256:c']);
  const third = await openCleanLayers(siteFolder(site), [PAT, PASSWORD]);
  expect([third.has('sha256:a'), third.has('sha256:c')]).toEqual([true, true]);
});

test('another secret more, or one less, and nothing is known to be clean', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT])).keep(['sha256:a']);
  for (const secrets of [[PAT, PASSWORD], [PASSWORD], []]) {
    expect((await openCleanLayers(siteFolder(site), secrets)).has('sha256:a')).toBe(false);
  }
});

test('the file is for its owner only, and shows no secret', async () => {
  await (await openCleanLayers(siteFolder(site), [PAT, PASSWORD])).keep(['sha256:a']);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readFileSync(file(), 'utf8')).not.toMatch(/planted|0123456789|9876543210/);
});

test.each(['', '{', '[]', '{"salt": 1, "layers": []}', 'null'])(
  'a file that holds %j says nothing',
  async (text) => {
    await openCleanLayers(siteFolder(site), [PAT]);
    writeFileSync(file(), text);
    const layers = await openCleanLayers(siteFolder(site), [PAT]);
    expect(layers.has('sha256:a')).toBe(false);
    await layers.keep(['sha256:a']);
    expect((await openCleanLayers(siteFolder(site), [PAT])).has('sha256:a')).toBe(true);
  },
);
