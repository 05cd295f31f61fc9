import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freeBytes } from './free-bytes.ts';

test('reports what df reports', async () => {
  const reported = Number(
    execFileSync('df', ['--output=avail', '-B1', tmpdir()], { encoding: 'utf8' }).split('\n')[1],
  );
  const free = await freeBytes(tmpdir());
  expect(Math.abs((free ?? 0) - reported)).toBeLessThan(1e9);
  expect(free).toBeGreaterThan(0);
});

test('uses the folder above for one that does not exist', async () => {
  expect(await freeBytes(join(tmpdir(), 'de-build-no-such', 'folder'))).toBeGreaterThan(0);
});
