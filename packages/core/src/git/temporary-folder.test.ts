import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ownSpace } from '../disk/process-alive.ts';
import { findLeftoverFolders } from './temporary-folder.ts';

test('finds the folders of processes that have ended, and no others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-homes-'));
  try {
    const space = await ownSpace();
    const dead = spawnSync('true').pid;
    const names = [
      `de-build-git-${space}-${dead}-Ab12Cd`,
      `de-build-git-${space}-${process.pid}-Ab12Cd`,
      `de-build-git-1${space}-${dead}-Ab12Cd`,
      'de-build-git-Ab12Cd',
      `other-${space}-${dead}-Ab12Cd`,
    ];
    for (const name of names) await mkdir(join(folder, name));
    await writeFile(join(folder, `de-build-git-${space}-${dead}-AFile0`), '');
    const found = await findLeftoverFolders({ TMPDIR: folder });
    expect(found.filter((path) => path.startsWith(folder))).toEqual([join(folder, names[0] ?? '')]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
