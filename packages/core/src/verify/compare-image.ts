import type { ImageDetails } from '../engine/engine.ts';
import { isImageOf } from '../flow/release-image.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { PLAN_DIGEST_LABEL } from '../manifests/plan-label.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { comparePoint, type VerifiedPoint } from './verified-point.ts';

/** Compares what the engine says about the image with its record. */
export function compareImage(
  { image: recorded, planDigest, siteVersion }: Manifest,
  {
    reference,
    image,
    isTagged,
  }: { readonly reference: string; readonly image: ImageDetails | undefined; readonly isTagged: boolean },
): readonly VerifiedPoint[] {
  const tag: VerifiedPoint = {
    id: 'tag',
    expected: reference,
    ...(isTagged
      ? { found: reference, status: 'same' }
      : { status: 'differs', why: whyUntagged(image, siteVersion) }),
  };
  if (image === undefined) return [tag, comparePoint({ id: 'image-id' }, recorded.id, undefined)];
  return [
    tag,
    compareId(recorded.id, image, isImageOf(image, { image: recorded })),
    comparePoint({ id: 'plan' }, planDigest, image.labels[PLAN_DIGEST_LABEL]),
  ];
}

/** Docker's two kinds of image store give the same image different ids. */
function compareId(expected: string, image: ImageDetails, isSameImage: boolean): VerifiedPoint {
  const point = comparePoint({ id: 'image-id' }, expected, image.id);
  if (point.status === 'same' || !isSameImage) return point;
  return {
    ...point,
    status: 'same',
    why: 'Another kind of image store gives it another id; layers and labels are the same.',
  };
}

function whyUntagged(image: ImageDetails | undefined, version: string): string {
  return image === undefined
    ? `The engine has neither the tag nor the image; \`de-build restore ${version}\` brings it back.`
    : 'The engine has the image without its tag; `de-build retag` gives it the tag.';
}

/** One point for all labels but that of the plan, or one for each label that differs. */
export function compareLabels(
  { image: { labels } }: Pick<Manifest, 'image'>,
  image: Pick<ImageDetails, 'labels'>,
): readonly VerifiedPoint[] {
  const { [PLAN_DIGEST_LABEL]: _, ...expected } = labels;
  const { [PLAN_DIGEST_LABEL]: __, ...found } = image.labels;
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  const differing = names.filter((name) => expected[name] !== found[name]);
  if (differing.length === 0) return [{ id: 'labels', status: 'same', found: `${names.length} labels` }];
  return differing.map((name) => ({
    id: 'labels',
    subject: name,
    status: 'differs',
    ...omitUndefined({ expected: expected[name], found: found[name] }),
  }));
}
