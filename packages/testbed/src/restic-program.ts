import { join } from 'node:path';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';

/** The folder with the program restic of the distribution, downloaded once; it needs no library. */
export async function ensureRestic(): Promise<string> {
  const distribution = readDistribution();
  if (distribution === undefined) throw new Error('restic comes from the packages of Debian or Ubuntu');
  const { codename: suite } = distribution;
  const folder = await ensureCached(`restic-${suite}`, (draft) =>
    unpackPackages({ suite, packages: ['restic'] }, draft),
  );
  return join(folder, 'usr/bin');
}
