import { builtImageMissing } from '../../errors/build-failures.ts';
import type { Images } from '../engine.ts';

/**
 * A builder's report is not enough: the engine must have the image.
 * @throws DeBuildError `built-image-missing`, `engine-*`
 */
export async function confirmImage(images: Pick<Images, 'inspect'>, reported: string): Promise<string> {
  const image = await images.inspect(reported);
  if (image === undefined || image.id !== reported) throw builtImageMissing(reported);
  return image.id;
}
