import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Decision } from '../plan/plan-release.ts';
import { judgeLeaks } from './judge-leaks.ts';
import { type ImageSearch, openSearcher, searchImage } from './search-image.ts';

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
  const { examination, engine, audit: mode } = decision;
  if (mode === 'off') return undefined;
  const image = await engine.images.inspect(imageId);
  if (image === undefined) throw new Error(`The engine lost ${imageId} right after it was built.`);
  const searcher = await openSearcher(examination.site.folder, examination.sources.secrets);
  const { search } = await searchImage(engine.images, { image, searcher, takeNote: undefined }, tools).catch(
    (error: unknown) => {
      if (tools.signal.aborted || !isDeBuildError(error) || mode === 'fail') throw error;
      const text = `The image was not searched for secrets: ${error.what} ${error.why}`;
      tools.emit({ type: 'notice', level: 'warning', text });
      return { search: undefined };
    },
  );
  await judgeLeaks(decision, { imageId, search }, tools);
  return search;
}
