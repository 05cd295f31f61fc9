import { readFile } from 'node:fs/promises';
import type { ImageFiles, TreeDigests } from '../../audit/image-files.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import type { SiteFolder } from '../../flow/site-folder.ts';
import { digestOf } from '../plan/plan-digest.ts';

/** The files of the last releases' images, kept in `.de-build/`. It only saves time. */
export interface KeptFiles {
  /** `undefined` when nothing is kept, or of another image. */
  readonly files: ImageFiles | undefined;
  keep(files: ImageFiles): Promise<void>;
}

/** What was written in another format is read again. */
const FORMAT = 3;
/** An image has a few platforms. */
const MAXIMUM_IMAGES = 8;

/** @param image everything that the files depend on */
export async function openKeptFiles(own: SiteFolder, image: unknown): Promise<KeptFiles> {
  await own.make();
  const path = own.imageFiles;
  const key = digestOf([FORMAT, image]);
  return {
    files: await read(path, key),
    async keep({ apps, ...files }) {
      const others = (await readAll(path)).filter((image) => image.key !== key);
      const images = [{ key, ...files, apps: [...apps] }, ...others].slice(0, MAXIMUM_IMAGES);
      const text = JSON.stringify({ images });
      // On a full disk the record itself will fail.
      await writeWhole(path, text, { mode: 0o600 }).catch(() => undefined);
    },
  };
}

async function read(path: string, key: string): Promise<ImageFiles | undefined> {
  const kept = (await readAll(path)).find((image) => image.key === key);
  if (kept === undefined) return undefined;
  const { key: _, apps, ...files } = kept;
  return { ...files, apps: new Map(apps) };
}

type KeptImage = Omit<ImageFiles, 'apps'> & {
  readonly key: string;
  readonly apps: readonly [string, TreeDigests][];
};

async function readAll(path: string): Promise<readonly KeptImage[]> {
  try {
    const { images } = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(images) ? images : [];
  } catch {
    return [];
  }
}
