import type { Images } from '../engine.ts';

/**
 * The digest of a base image: the registry's, or the image's id when it never was in a registry; `undefined` when
 * the engine does not have it.
 */
export async function digestOfBase(
  images: Pick<Images, 'inspect'>,
  reference: string,
): Promise<string | undefined> {
  const details = await images.inspect(reference);
  return details?.repoDigests[0]?.split('@')[1] ?? details?.id;
}
