import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findWriteObstacle } from './write-obstacle.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-obstacle-'));
  await mkdir(join(folder, 'there'));
  await writeFile(join(folder, 'file'), '');
  await symlink('nowhere', join(folder, 'dangling'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(['there', 'not-yet', 'not/yet/either'])('nothing prevents writing into %s', async (name) => {
  expect(await findWriteObstacle(join(folder, name))).toBeUndefined();
  expect(await readdir(folder)).toEqual(expect.not.arrayContaining(['not-yet', 'not']));
});

test.each(['file', 'file/below'])('a file prevents writing into %s', async (name) => {
  expect(await findWriteObstacle(join(folder, name))).toMatchObject({ code: 'ENOTDIR' });
});
