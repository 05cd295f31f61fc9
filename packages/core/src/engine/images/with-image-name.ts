import type { Images } from '../engine.ts';

/**
 * Gives an image a name while `use` runs, and takes it away again: a holder of before gets it back. An image that has no
 * other name keeps it, as an engine deletes an image with its last name.
 * @param onLeft called when the name cannot be taken away
 */
export async function withImageName<Result>(
  images: Pick<Images, 'inspect' | 'tag' | 'untag'>,
  {
    imageId,
    name,
    onLeft = () => undefined,
  }: { readonly imageId: string; readonly name: string; readonly onLeft?: () => void },
  use: () => Promise<Result>,
): Promise<Result> {
  const holder = await images.inspect(name);
  if (holder?.id === imageId) return use();
  const image = await images.inspect(imageId);
  await images.tag(imageId, name);
  try {
    return await use();
  } finally {
    if (holder !== undefined) await images.tag(holder.id, name).catch(onLeft);
    else if ((image?.tags.length ?? 0) > 0) await images.untag(name).catch(onLeft);
  }
}
