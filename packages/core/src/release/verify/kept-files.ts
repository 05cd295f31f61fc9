import { readFile } from 'node:fs/promises';
import type { ImageFiles, TreeDigests } from '../../audit/image-files.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import type { SiteFolder } from '../../flow/site-folder.ts';
import type { FoundApp, FoundApps } from '../../frappe/image-apps.ts';
import { digestOf } from '../plan/plan-digest.ts';

/** What was read of the last releases' images, kept in `.de-build/`. It only saves time. */
export interface KeptFiles {
  /** `undefined` when nothing is kept, or of another image. */
  readonly image: KeptImage | undefined;
  keep(image: KeptImage): Promise<void>;
}

export interface KeptImage {
  readonly files: ImageFiles;
  /** The apps that bench recorded in it. */
  readonly found: FoundApps;
}

/** What was written in another format is read again. */
const FORMAT = 4;
/** An image has a few platforms. */
const MAXIMUM_IMAGES = 8;

/** @param image everything that they depend on */
export async function openKeptFiles(own: SiteFolder, image: unknown): Promise<KeptFiles> {
  await own.make();
  const path = own.imageFiles;
  const key = digestOf([FORMAT, image]);
  return {
    image: await read(path, key),
    async keep({ files: { apps, ...files }, found }) {
      const others = (await readAll(path)).filter((image) => image.key !== key);
      const image = { key, ...files, apps: [...apps], found: [...found] };
      const text = JSON.stringify({ images: [image, ...others].slice(0, MAXIMUM_IMAGES) });
      // On a full disk the record itself will fail.
      await writeWhole(path, text, { mode: 0o600 }).catch(() => undefined);
    },
  };
}

async function read(path: string, key: string): Promise<KeptImage | undefined> {
  const kept = (await readAll(path)).find((image) => image.key === key);
  if (kept === undefined) return undefined;
  const { key: _, apps, found, ...files } = kept;
  return { files: { ...files, apps: new Map(apps) }, found: new Map(found) };
}

type WrittenImage = Omit<ImageFiles, 'apps'> & {
  readonly key: string;
  readonly apps: readonly [string, TreeDigests][];
  readonly found: readonly [string, FoundApp][];
};

async function readAll(path: string): Promise<readonly WrittenImage[]> {
  try {
    const { images } = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(images) ? images : [];
  } catch {
    return [];
  }
}
