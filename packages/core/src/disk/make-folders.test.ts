import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeFolders } from './make-folders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'make-folders-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('makes every folder that is missing, and keeps what is there', async () => {
  const path = join(folder, 'a/b/c');
  await makeFolders(path, 0o700);
  await makeFolders(path, 0o700);
  await Promise.all([makeFolders(join(folder, 'x/y')), makeFolders(join(folder, 'x/y'))]);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'x/y'))).isDirectory()).toBe(true);
});

test('ends where no folder can be made', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(makeFolders(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(folder, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  // Nothing can be made there, and it exists.
  if (process.platform === 'linux')
    await expect(makeFolders('/proc/de-build/below')).rejects.toMatchObject({ code: 'ENOENT' });
});
