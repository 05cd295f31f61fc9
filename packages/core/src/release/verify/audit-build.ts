import type { Tools } from '../../flow/tools.ts';
import type { Decision } from '../plan/decision.ts';
import { judgeLeaks } from './judge-leaks.ts';
import { inspectBuilt, readBuiltImage } from './read-built-image.ts';
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
  const image = await inspectBuilt(decision.engine, imageId);
  const { search } = await readBuiltImage(decision, { image, takeNote: undefined }, tools);
  await judgeLeaks(decision, { imageId, search }, tools);
  return search;
}
