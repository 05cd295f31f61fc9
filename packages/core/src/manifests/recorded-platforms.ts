import type { Manifest } from './manifest.ts';

/** What a record says of an image for one platform. */
export type RecordedPlatform = Pick<
  Manifest['image'],
  'platform' | 'sizeBytes' | 'layers' | 'treeDigest' | 'timelessDigest'
>;

/** The first one is what `image` itself describes. */
export function recordedPlatforms(image: Manifest['image']): readonly RecordedPlatform[] {
  return [image, ...(image.otherPlatforms ?? [])];
}

const NO_FILES = { treeDigest: undefined, timelessDigest: undefined };

/** The record as that of each of its platforms alone. The files of single apps are recorded for the first. */
export function perRecordedPlatform(manifest: Manifest): readonly Manifest[] {
  const { otherPlatforms = [], ...first } = manifest.image;
  return [
    { ...manifest, image: first },
    ...otherPlatforms.map((other) => ({
      ...manifest,
      image: { ...first, ...NO_FILES, layers: undefined, ...other },
      frappe: manifest.frappe && { ...manifest.frappe, ...NO_FILES },
      apps: manifest.apps.map((app) => ({ ...app, ...NO_FILES })),
      repositories: manifest.repositories?.map((repository) => ({ ...repository, ...NO_FILES })),
    })),
  ];
}
