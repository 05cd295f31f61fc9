import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, ownSpace } from '../disk/process-alive.ts';

export const HOME_PREFIX = 'de-build-git-';

/** Where homes for git are made, in this order; at last in `/tmp`. */
export function placesOfHomes({
  XDG_RUNTIME_DIR,
  TMPDIR,
}: Readonly<Record<string, string | undefined>>): readonly string[] {
  return [XDG_RUNTIME_DIR, TMPDIR]
    .filter((place) => place !== undefined)
    .filter((place) => place.startsWith('/'));
}

/**
 * Homes that were made for git by processes of this user that are no more: each may hold a credential.
 * @returns absolute paths
 */
export async function findLeftHomes(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const space = await ownSpace();
  const found: string[] = [];
  for (const place of new Set([...placesOfHomes(environment), '/tmp'])) {
    for (const name of await readdir(place).catch(() => [])) {
      const [, where, pid] = /^de-build-git-(\d+)-(\d+)-\w+$/.exec(name) ?? [];
      if (where !== space || isAlive(Number(pid))) continue;
      const path = join(place, name);
      const info = await lstat(path).catch(() => undefined);
      if (info?.isDirectory() === true && info.uid === process.getuid?.()) found.push(path);
    }
  }
  return found.sort();
}
