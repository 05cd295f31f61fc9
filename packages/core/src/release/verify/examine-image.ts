import { filesOf, type ImageFiles, noteFiles } from '../../audit/image-files.ts';
import type { Tools } from '../../flow/tools.ts';
import type { FoundApps } from '../../frappe/image-apps.ts';
import type { Decision } from '../plan/decision.ts';
import { openKeptFiles } from './kept-files.ts';
import { inspectBuilt, readBuiltImage } from './read-built-image.ts';
import type { ImageSearch } from './search-image.ts';

/** What reading all of an image found. */
export interface ExaminedImage {
  /** `undefined` when they are not recorded. */
  readonly files: ImageFiles | undefined;
  /** `undefined` when the image was not searched for secrets. */
  readonly search: ImageSearch | undefined;
}

/**
 * Searches the image for the site's secrets and reads its files for the record, in one pass over `docker save`; in none
 * when its layers are those of the last release.
 * @throws DeBuildError `image-files-unreadable`, `engine-*`
 */
export async function examineImage(
  decision: Decision,
  { id, found }: { readonly id: string; readonly found: FoundApps },
  tools: Tools,
): Promise<ExaminedImage> {
  const { own, config } = decision.site;
  const { benchFolder, recordFiles } = config;
  const image = await inspectBuilt(decision.engine, id);
  const kept = recordFiles ? await openKeptFiles(own, [benchFolder, image.layers]) : undefined;
  const needsFiles = kept !== undefined && kept.files === undefined;
  const read = await readBuiltImage(decision, { image, takeNote: needsFiles ? noteFiles : undefined }, tools);
  const fresh = read.tree && filesOf(read.tree, { apps: found.keys(), benchFolder }).files;
  if (fresh !== undefined) await kept?.keep(fresh);
  return { files: fresh ?? kept?.files, search: read.search };
}
