import type { Engine, ImageDetails } from '../engine/engine.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';
import { recordedPlatforms } from '../manifests/recorded-platforms.ts';

/**
 * Whether an image is the recorded one: by its id; or, where another kind of image store gives another id, by all its layers
 * (those of one platform, of an image for several) and all its labels, one of which is the time of the release.
 */
export function isImageOf(
  image: Pick<ImageDetails, 'id' | 'layers' | 'labels'>,
  { image: recorded }: Pick<Manifest, 'image'>,
): boolean {
  if (image.id === recorded.id) return true;
  const names = new Set([...Object.keys(recorded.labels), ...Object.keys(image.labels)]);
  return (
    recordedPlatforms(recorded).some(({ layers = [] }) => isSameList(layers, image.layers)) &&
    'org.opencontainers.image.created' in recorded.labels &&
    [...names].every((name) => recorded.labels[name] === image.labels[name])
  );
}

function isSameList(layers: readonly string[], others: readonly string[]): boolean {
  return (
    layers.length > 0 &&
    layers.length === others.length &&
    layers.every((one, index) => one === others[index])
  );
}

/** The recorded image, wherever it is on the engine, with a tag or without. */
export async function findReleaseImage(
  engine: Pick<Engine, 'images'>,
  manifest: Manifest,
): Promise<ImageDetails | undefined> {
  const byId = await engine.images.inspect(manifest.image.id);
  if (byId !== undefined) return byId;
  for (const { id } of await engine.images.listByLabel(`${PLAN_DIGEST_LABEL}=${manifest.planDigest}`)) {
    const image = await engine.images.inspect(id);
    if (image !== undefined && isImageOf(image, manifest)) return image;
  }
  return undefined;
}

/** A release's tag: its version, or the name of a record that `--force` moved aside. */
export function tagOfRelease(manifest: Manifest, release: string): ReleaseTag {
  const { repository } = parseReference(manifest.image.reference);
  return { image: repository, siteVersion: release, reference: `${repository}:${release}` };
}

export interface ReleaseTag {
  readonly image: string;
  readonly siteVersion: string;
  readonly reference: string;
}
