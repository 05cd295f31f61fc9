import type { Tools } from '../../flow/tools.ts';
import type { Decision } from '../plan/decision.ts';
import { judgeLeaks } from './judge-leaks.ts';
import { joinSearches, type PlatformSearch, perPlatform } from './per-platform.ts';
import { inspectBuilt, readBuiltImage, startSearcher } from './read-built-image.ts';
import type { ImageSearch } from './search-image.ts';

/**
 * Searches an image that was built, and refuses it when it holds a secret of the site.
 * @returns `undefined` when the image was not searched
 * @throws DeBuildError `image-leaks`, `image-files-unreadable`, `engine-*`
 */
export async function auditBuild(
  decision: Decision,
  imageId: string,
  tools: Tools,
): Promise<ImageSearch | undefined> {
  if (decision.audit === 'off') return undefined;
  const searcher = startSearcher(decision);
  const searches: PlatformSearch[] = [];
  for (const each of perPlatform(decision)) {
    const image = await inspectBuilt(each.engine, imageId);
    const { search } = await readBuiltImage(each, { image, takeNote: undefined, searcher }, tools);
    searches.push({ platform: image.platform, search });
  }
  const search = joinSearches(searches);
  await judgeLeaks(decision, { imageId, search }, tools);
  return search;
}
