import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../disk/write-whole.ts';

/** The site's `.de-build/`, for what is only ours: git passes over it and others can't read it. */
export async function ownFolder(site: string): Promise<string> {
  const folder = join(site, '.de-build');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ignore = join(folder, '.gitignore');
  const isThere = await stat(ignore).then(
    () => true,
    () => false,
  );
  if (!isThere) await createWhole(ignore, '*\n');
  return folder;
}
