import type { Manifest } from '@de-build/core';
import { formatBytes } from '../terminal/quantities.ts';

/** `207 MB, linux/amd64`; of an image for several platforms, each. */
export function sizesOf(image: Manifest['image']): string {
  return [image, ...(image.otherPlatforms ?? [])]
    .map(({ sizeBytes, platform }) => `${formatBytes(sizeBytes)}, ${platform}`)
    .join('; ');
}
