import type { Engine, TaggedImage } from '../engine/engine.ts';
import { buildingElsewhere, imageQuarantined, tagLost, tagUnrecorded } from '../errors/doctor-findings.ts';
import type { JournalEntry } from '../flow/journal.ts';
import { findReleaseImage, tagOfRelease } from '../flow/release-image.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { isSiteVersion } from '../version/site-version.ts';
import { isVersionTag, markOf } from '../version/version-tag.ts';
import type { Ailment } from './ailment.ts';

/** Names on the engine that do not agree with the records. */
export async function examineTags(
  engine: Pick<Engine, 'images'>,
  known: {
    readonly image: string;
    readonly manifests: readonly Manifest[];
    /** Every recorded version, also of records that cannot be read. */
    readonly versions: readonly string[];
    readonly journal: JournalEntry | undefined;
  },
): Promise<readonly Ailment[]> {
  const { image, manifests, versions, journal } = known;
  const { images } = engine;
  const tagged = await images.list(image);
  const expected = [...(journal?.temporary ?? []), journal?.release?.reference];
  const referenceOf = ({ tag }: TaggedImage) => `${image}:${tag}`;
  const strangers = tagged.filter((one) => !expected.includes(referenceOf(one)));
  const lost: Ailment[] = [];
  for (const manifest of manifests) {
    const { reference } = tagOfRelease(manifest, manifest.siteVersion);
    if ((await images.inspect(reference)) !== undefined) continue;
    const found = await findReleaseImage(engine, manifest);
    if (found === undefined) continue;
    lost.push({
      finding: tagLost(reference, found.id),
      repair: () => images.tag(found.id, reference),
    });
  }
  return [
    ...lost,
    ...strangers
      .filter(({ tag }) => ['building', 'base'].includes(markOf(tag) ?? ''))
      .map((one) => ({ finding: buildingElsewhere(referenceOf(one)) })),
    ...strangers
      .filter(({ tag }) => markOf(tag) === 'quarantined')
      .map((one) => ({ finding: imageQuarantined(referenceOf(one)) })),
    ...strangers
      .filter(({ tag }) => isVersionTag(tag) && isSiteVersion(tag) && !versions.includes(tag))
      .map((one) => ({ finding: tagUnrecorded(referenceOf(one), one.id) })),
  ];
}
