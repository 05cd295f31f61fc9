import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../disk/write-whole.ts';
import { openContentHashes } from '../engine/context/content-hashes.ts';
import { digestContext } from '../engine/context/context-digest.ts';
import { readIgnoreFile } from '../engine/context/ignore-file.ts';
import { walkContext } from '../engine/context/walk-context.ts';
import type { BuildRequest } from '../engine/engine.ts';

/**
 * Digest of all that the build may copy from the context. Contents that did not change since the last release are not
 * read again: their hashes are kept in the site's `.de-build/`.
 */
export async function digestSiteContext(
  siteFolder: string,
  context: Pick<BuildRequest, 'contextFolder' | 'containerfile' | 'neverSend'>,
): Promise<{ readonly digest: string; readonly files: number }> {
  const hashes = await openContentHashes(join(await ownFolder(siteFolder), 'context-hashes'));
  const exclude = await readIgnoreFile(context.contextFolder, context.containerfile);
  const entries = [];
  const walk = walkContext({ folder: context.contextFolder, exclude, neverSend: context.neverSend });
  for await (const batch of walk) entries.push(...batch);
  const digest = await digestContext(entries, hashes);
  await hashes.save();
  return { digest, files: entries.filter((entry) => entry.kind === 'file').length };
}

/** The site's `.de-build/`, which git passes over and others can't read. */
async function ownFolder(site: string): Promise<string> {
  const folder = join(site, '.de-build');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await createWhole(join(folder, '.gitignore'), '*\n');
  return folder;
}
