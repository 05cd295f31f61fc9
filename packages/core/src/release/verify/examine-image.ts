import { filesOf, type ImageFiles, noteFiles } from '../../audit/image-files.ts';
import type { ImageDetails } from '../../engine/engine.ts';
import type { Tools } from '../../flow/tools.ts';
import { withinGrace } from '../../flow/within-grace.ts';
import type { FoundApps } from '../../frappe/image-apps.ts';
import type { Decision } from '../plan/decision.ts';
import { type KeptFiles, openKeptFiles } from './kept-files.ts';
import { joinSearches, type PlatformSearch, perPlatform } from './per-platform.ts';
import { inspectBuilt, readBuiltImage } from './read-built-image.ts';
import type { ImageSearch, Searcher } from './search-image.ts';
import { verifyImage } from './verify-image.ts';

/** What reading all of an image found, or of an image for several platforms one of them. */
export interface ExaminedImage {
  readonly image: ImageDetails;
  readonly found: FoundApps;
  /** `undefined` when they are not recorded. */
  readonly files: ImageFiles | undefined;
}

/**
 * Verifies an image that was built, and reads it, for each of its platforms.
 * @throws DeBuildError as `verifyImage`; `image-files-unreadable`, `engine-*`
 */
export async function examineImage(
  decision: Decision,
  { imageId, searcher }: { readonly imageId: string; readonly searcher: Promise<Searcher | undefined> },
  tools: Tools,
): Promise<{
  readonly examined: readonly ExaminedImage[];
  /** `undefined` when the image was not searched for secrets. */
  readonly search: ImageSearch | undefined;
}> {
  const { own, config } = decision.site;
  const { benchFolder, recordFiles } = config;
  const examined: ExaminedImage[] = [];
  const searches: PlatformSearch[] = [];
  for (const each of perPlatform(decision)) {
    const image = await inspectBuilt(each.engine, imageId);
    const kept = recordFiles ? await openKeptFiles(own, [benchFolder, image.layers]) : undefined;
    const known = kept?.image?.found;
    // Where no app was found, only the image says whether it has a bench.
    const usable = known !== undefined && known.size > 0 ? known : undefined;
    const found = await withinGrace(tools.signal, verifyImage(each, imageId, usable));
    const { files, search } = await readWhole(each, { image, found, kept, searcher }, tools);
    examined.push({ image, found, files });
    searches.push({ platform: image.platform, search });
  }
  return { examined, search: joinSearches(searches) };
}

/**
 * Searches the image for the site's secrets and reads its files for the record, in one pass over `docker save`; in none
 * when its layers are those of the last release.
 * @throws DeBuildError `image-files-unreadable`, `engine-*`
 */
async function readWhole(
  decision: Decision,
  {
    image,
    found,
    kept,
    searcher,
  }: {
    readonly image: ImageDetails;
    readonly found: FoundApps;
    readonly kept: KeptFiles | undefined;
    readonly searcher: Promise<Searcher | undefined>;
  },
  tools: Tools,
): Promise<Pick<ExaminedImage, 'files'> & { readonly search: ImageSearch | undefined }> {
  const { benchFolder } = decision.site.config;
  const takeNote = kept !== undefined && kept.image === undefined ? noteFiles : undefined;
  const read = await readBuiltImage(decision, { image, takeNote, searcher }, tools);
  const fresh = read.tree && filesOf(read.tree, { apps: found.keys(), benchFolder }).files;
  if (fresh !== undefined) await kept?.keep({ files: fresh, found });
  return { files: fresh ?? kept?.image?.files, search: read.search };
}
