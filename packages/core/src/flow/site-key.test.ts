import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readSiteKey } from './site-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'site-key-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const keyFile = () => join(folder, '.de-build', 'site-key');
const read = async (): Promise<string> => (await readSiteKey(join(folder, '.de-build'))).reveal();

test('is 128 random bits, for its owner alone, and stays', async () => {
  const key = await read();
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(await read()).toBe(key);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, '.de-build')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, '.de-build'))).toEqual(['site-key']);
  rmSync(keyFile());
  expect(await read()).not.toBe(key);
});

test('of many who ask first, all get the same', async () => {
  const keys = await Promise.all(Array.from({ length: 30 }, read));
  expect(new Set(keys).size).toBe(1);
  expect(readFileSync(keyFile(), 'utf8')).toBe(`${keys[0]}\n`);
});

test.each([
  ['that others could read', () => chmodSync(keyFile(), 0o644)],
  ['that a power cut left empty', () => writeFileSync(keyFile(), '')],
  ['that is too short', () => writeFileSync(keyFile(), 'abc\n')],
  [
    'that is a link to something else',
    () => {
      rmSync(keyFile());
      writeFileSync(join(folder, 'elsewhere'), `${'0'.repeat(32)}\n`, { mode: 0o600 });
      symlinkSync(join(folder, 'elsewhere'), keyFile());
    },
  ],
])('one %s is replaced', async (_what, spoil) => {
  const key = await read();
  spoil();
  const next = await read();
  expect(next).toMatch(/^[0-9a-f]{32}$/);
  expect([key, '0'.repeat(32)]).not.toContain(next);
  expect(statSync(keyFile()).mode & 0o777).toBe(0o600);
  expect(await read()).toBe(next);
});

test('a folder that cannot be written is told of', async () => {
  writeFileSync(join(folder, '.de-build'), 'a file');
  await expect(read()).rejects.toMatchObject({ code: 'mirror-not-written', exitCode: 9 });
});
