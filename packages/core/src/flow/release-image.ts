import type { Engine, ImageDetails } from '../engine/engine.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import { isSamePlatform } from '../engine/platform-name.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';
import { recordedPlatforms } from '../manifests/recorded-platforms.ts';

/**
 * Whether an image is the recorded one: by its id; or, where another kind of image store gives another id and it is of one
 * platform, by all its layers and all its labels, one of which is the time of the release.
 */
export function isImageOf(
  image: Pick<ImageDetails, 'id' | 'layers' | 'labels'>,
  { image: recorded }: Pick<Manifest, 'image'>,
): boolean {
  if (image.id === recorded.id) return true;
  // The layers are those of one platform.
  if (recorded.otherPlatforms !== undefined) return false;
  const names = new Set([...Object.keys(recorded.labels), ...Object.keys(image.labels)]);
  return (
    isSameList(recorded.layers ?? [], image.layers) &&
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

/** Recorded platforms of an image that are not on the engine: a pull of an index, for one, brings only the engine's own. */
export async function findMissingPlatforms(
  { images }: Pick<Engine, 'images'>,
  { image }: Pick<Manifest, 'image'>,
  id: string,
): Promise<readonly string[]> {
  if (image.otherPlatforms === undefined) return [];
  const here = await images.platformsOf(id);
  return recordedPlatforms(image)
    .map(({ platform }) => platform)
    .filter((platform) => !here.some((one) => isSamePlatform(one, platform)));
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
