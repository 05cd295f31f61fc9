import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageFiles } from '../../audit/image-files.ts';
import { writeWhole } from '../../disk/write-whole.ts';
import { ownFolder } from '../../flow/own-folder.ts';
import { digestOf } from '../plan/plan-digest.ts';

/** What the last release's image was found to hold, kept in `.de-build/`. It only saves time. */
export interface KeptFiles {
  /** `undefined` when they are of another image, or nothing is kept. */
  readonly files: ImageFiles | undefined;
  keep(files: ImageFiles): Promise<void>;
}

/** Of what is kept; what was written in another is read again. */
const FORMAT = 2;

/** @param image all that the files depend on: same layers, same files */
export async function openKeptFiles(site: string, image: unknown): Promise<KeptFiles> {
  const path = join(await ownFolder(site), 'image-files.json');
  const key = digestOf([FORMAT, image]);
  return {
    files: await read(path, key),
    async keep({ apps, ...files }) {
      const text = JSON.stringify({ key, ...files, apps: [...apps] });
      // A disk that takes no more is no reason to fail here; the record itself will say so.
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
