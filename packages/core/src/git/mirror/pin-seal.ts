import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeWhole } from '../../disk/write-whole.ts';
import type { Finding } from '../../errors/finding.ts';
import type { MirrorApp } from './mirror.ts';
import { pinnedObject, pinnedRef } from './mirror-repository.ts';

/**
 * That a pin was found whole, and which packs it needs. It is valid as long as no file of the repository that the pin
 * needs has another size, inode or time of change (ctime, which no program can set); so a release whose apps did not move
 * does not read every pack again. It only saves time: what changes without the file system's knowledge is found by the
 * clone, which checks every object.
 */
export interface PinSeal {
  /** What a clone of the pin does not bring; `undefined` when the pin must be checked again. */
  readonly notices: readonly Finding[] | undefined;
  /** Names of the packs that hold the pin, sorted, without ending. Packs that came later are not among them. */
  readonly packs: readonly string[];
  /** Seals the pin as it was when this seal was opened. */
  keep(notices: readonly Finding[]): Promise<void>;
}

/** @param options `isNew`: the pin was fetched just now, so an earlier seal says nothing about it */
export async function openSeal(repository: string, app: MirrorApp, { isNew = false } = {}): Promise<PinSeal> {
  const path = join(repository, 'sealed', `${app.commit}.json`);
  const present = await listPacks(repository);
  const kept = isNew ? undefined : await read(path);
  const isPresent = (pack: string): boolean => present.includes(pack);
  const known = kept?.packs?.every(isPresent) === true ? kept.packs : undefined;
  const packs: readonly string[] = known ?? present;
  const facts = await factsOf(repository, app, packs);
  return {
    notices: facts !== undefined && kept?.facts === facts ? kept.notices : undefined,
    packs,
    async keep(notices) {
      if (facts === undefined) return;
      const text = JSON.stringify({ facts, notices, packs });
      // A disk that takes no more is no reason to fail here.
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        .then(() => writeWhole(path, text, { mode: 0o600 }))
        .catch(() => undefined);
    },
  };
}

/** A pack without its index is what a killed run leaves; git does not see it. */
async function listPacks(repository: string): Promise<string[]> {
  const files = await readdir(join(repository, 'objects', 'pack')).catch((): string[] => []);
  return files
    .filter((name) => name.endsWith('.idx') && files.includes(name.replace(/idx$/, 'pack')))
    .map((name) => name.slice(0, -'.idx'.length))
    .sort();
}

/** All that the pin depends on, in one string; `undefined` when a part of it is not there. */
async function factsOf(
  repository: string,
  app: MirrorApp,
  packs: readonly string[],
): Promise<string | undefined> {
  try {
    const files = [
      'HEAD',
      'config',
      pinnedRef(app),
      ...packs.flatMap((name) => [`objects/pack/${name}.idx`, `objects/pack/${name}.pack`]),
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

interface Kept {
  readonly facts: string;
  readonly notices: readonly Finding[];
  /** Absent in seals of versions that served the mirror themselves. */
  readonly packs?: readonly string[];
}

async function read(path: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
