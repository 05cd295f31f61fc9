import type { TakeNote } from '../../audit/image-tree.ts';
import type { Engine, ImageDetails } from '../../engine/engine.ts';
import { isDeBuildError } from '../../errors/de-build-error.ts';
import type { Tools } from '../../flow/tools.ts';
import type { Decision } from '../plan/decision.ts';
import { openSearcher, type SearchedImage, type Searcher, searchImage } from './search-image.ts';

/**
 * Reads an image that was built, in one pass: for secrets, unless the audit is off, and for the digests of its files. An image
 * that can't be read fails the release only when a leak would.
 * @throws DeBuildError `image-files-unreadable`, `engine-*`
 */
export async function readBuiltImage<Note>(
  { engine, audit }: Decision,
  {
    image,
    takeNote,
    searcher,
  }: {
    readonly image: ImageDetails;
    readonly takeNote: TakeNote<Note> | undefined;
    /** As `startSearcher` gives it. */
    readonly searcher: Promise<Searcher | undefined>;
  },
  tools: Tools,
): Promise<SearchedImage<Note>> {
  const opened = await searcher;
  try {
    return await searchImage(engine, { image, searcher: opened, takeNote }, tools);
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error) || audit === 'fail') throw error;
    const missing = [
      ...(takeNote === undefined ? [] : ['its files are not recorded']),
      ...(audit === 'off' ? [] : ['it was not searched for secrets']),
    ];
    const text = `The image could not be read, so ${missing.join(', and ')}: ${error.what} ${error.why}`;
    tools.emit({ type: 'notice', level: 'warning', text });
    return { search: undefined, tree: undefined };
  }
}

/** Prepares the search for the site's secrets, which takes a while, beside the build. `undefined` without an audit. */
export function startSearcher({ audit, site }: Decision): Promise<Searcher | undefined> {
  const opening = audit === 'off' ? Promise.resolve(undefined) : openSearcher(site);
  // It may fail before anyone waits for it, and the build may fail first.
  opening.catch(() => undefined);
  return opening;
}

export async function inspectBuilt({ images }: Pick<Engine, 'images'>, id: string): Promise<ImageDetails> {
  const image = await images.inspect(id);
  if (image === undefined) throw new Error(`The engine lost ${id} right after it was built.`);
  return image;
}
