import { builtImageMissing } from '../../errors/build-failures.ts';
import type { Images } from '../engine.ts';

/**
 * A builder's report is not enough: the engine must have the image, under the name that it was built with.
 * @param reported the ids that it may have there
 * @throws DeBuildError `built-image-missing`, `engine-*`
 */
export async function confirmImage(
  images: Pick<Images, 'inspect'>,
  name: string | undefined,
  reported: readonly string[],
): Promise<string> {
  const [first = ''] = reported;
  const image = await images.inspect(name ?? first);
  if (image === undefined || !reported.includes(image.id)) throw builtImageMissing(first);
  return image.id;
}
