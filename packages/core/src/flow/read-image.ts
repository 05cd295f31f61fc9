import { readImage } from '../audit/image-tree.ts';
import type { SavedImage, SavedImageOptions } from '../audit/saved-image.ts';
import type { ImageDetails, Images } from '../engine/engine.ts';
import { measureProgress } from '../progress/progress.ts';
import type { Tools } from './tools.ts';

/**
 * Reads an image on the engine while it streams out, with progress.
 * @param name what failures and progress call it
 * @throws DeBuildError `image-files-unreadable`, `engine-*`
 */
export async function readEngineImage<Note>(
  images: Pick<Images, 'save'>,
  { id, sizeBytes, name }: Pick<ImageDetails, 'id' | 'sizeBytes'> & { readonly name: string },
  { emit, signal, ...options }: Omit<SavedImageOptions<Note>, 'onBytes'> & Pick<Tools, 'emit' | 'signal'>,
): Promise<SavedImage<Note>> {
  const work = { id: `read ${id}`, title: `Reading ${name}`, unit: 'bytes', total: sizeBytes } as const;
  const meter = measureProgress(work, emit);
  const read = await readImage(name, await images.save(id, signal), { ...options, onBytes: meter.add });
  meter.end();
  return read;
}
