import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

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

/** In which our process id means something: containers that share a folder of temporary files each have their own. */
export async function ownSpace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? '0';
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

/** A process id may have been given again; what cannot be told is left alone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
