import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../disk/write-whole.ts';
import type { Finding } from '../../errors/finding.ts';
import type { MirrorApp } from './mirror.ts';
import { pinnedObject, pinnedRef } from './mirror-repository.ts';

/**
 * That a pin was found whole, kept beside its repository's objects. It holds for as long as no file of the repository
 * that the pin rests on has another size, place or time of change (ctime, which no program can set); so a release whose
 * apps did not move need not read every pack again. It only saves time: what changes without the file system's knowing
 * is found by the clone, which checks every object it gets.
 */
export interface PinSeal {
  /** What a clone of the pin does not bring; undefined when the pin must be looked at again. */
  readonly notices: readonly Finding[] | undefined;
  /** Seals the pin as it was when this seal was opened. */
  keep(notices: readonly Finding[]): Promise<void>;
}

export async function openSeal(repository: string, app: MirrorApp): Promise<PinSeal> {
  const path = join(repository, 'sealed', `${app.commit}.json`);
  const [facts, kept] = await Promise.all([factsOf(repository, app), read(path)]);
  return {
    notices: facts !== undefined && kept?.facts === facts ? kept.notices : undefined,
    async keep(notices) {
      if (facts === undefined) return;
      const text = JSON.stringify({ facts, notices });
      // A disk that takes no more is no reason to fail here.
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        .then(() => writeWhole(path, text, { mode: 0o600 }))
        .catch(() => undefined);
    },
  };
}

/** All that serving the pin depends on, in one string; undefined when a part of it is not there. */
async function factsOf(repository: string, app: MirrorApp): Promise<string | undefined> {
  try {
    const packs = (await readdir(join(repository, 'objects/pack'))).sort();
    const files = [
      'HEAD',
      'config',
      'shallow',
      pinnedRef(app),
      ...packs.map((name) => `objects/pack/${name}`),
    ];
    const facts = await Promise.all(
      files.map(async (file) => {
        const { size, ino, mtimeNs, ctimeNs } = await stat(join(repository, file), { bigint: true });
        return `${file} ${size} ${ino} ${mtimeNs} ${ctimeNs}`;
      }),
    );
    return [pinnedRef(app), pinnedObject(app), ...facts].join('\n');
  } catch {
    return undefined;
  }
}

async function read(path: string): Promise<{ facts: string; notices: readonly Finding[] } | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
