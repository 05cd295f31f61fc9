import { readFile } from 'node:fs/promises';
import type { ImageFiles } from '../../audit/image-files.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import type { SiteFolder } from '../../flow/site-folder.ts';
import { digestOf } from '../plan/plan-digest.ts';

/** The files of the last release's image, kept in `.de-build/`. It only saves time. */
export interface KeptFiles {
  /** `undefined` when nothing is kept, or of another image. */
  readonly files: ImageFiles | undefined;
  keep(files: ImageFiles): Promise<void>;
}

/** What was written in another format is read again. */
const FORMAT = 2;

/** @param image everything that the files depend on */
export async function openKeptFiles(own: SiteFolder, image: unknown): Promise<KeptFiles> {
  await own.make();
  const path = own.imageFiles;
  const key = digestOf([FORMAT, image]);
  return {
    files: await read(path, key),
    async keep({ apps, ...files }) {
      const text = JSON.stringify({ key, ...files, apps: [...apps] });
      // On a full disk the record itself will fail.
      await writeWhole(path, text, { mode: 0o600 }).catch(() => undefined);
    },
  };
}

async function read(path: string, key: string): Promise<ImageFiles | undefined> {
  try {
    const { key: keptKey, apps, ...files } = JSON.parse(await readFile(path, 'utf8'));
    return keptKey === key ? { ...files, apps: new Map(apps) } : undefined;
  } catch {
    return undefined;
  }
}
