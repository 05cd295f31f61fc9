import type { Engine, TaggedImage } from '../engine/engine.ts';
import { buildingElsewhere, imageQuarantined, tagLost, tagUnrecorded } from '../errors/doctor-findings.ts';
import type { JournalEntry } from '../flow/journal.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { openPending } from '../flow/pending-kinds.ts';
import { findReleaseImage, tagOfRelease } from '../flow/release-image.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { SchemeName } from '../version/schemes.ts';
import { isSiteVersion } from '../version/site-version.ts';
import { isVersionTag, markOf } from '../version/version-tag.ts';
import type { Problem } from './problem.ts';

interface Known {
  readonly image: string;
  readonly scheme: SchemeName;
  readonly manifests: readonly Manifest[];
  /** Every recorded version, also of records that cannot be read. */
  readonly versions: readonly string[];
  readonly journal: JournalEntry | undefined;
}

/** Image names on the engine that do not agree with the records. */
export async function findTagProblems(
  site: Pick<OpenSite, 'folder' | 'own'>,
  engine: Pick<Engine, 'images'>,
  { image, scheme, manifests, versions, journal }: Known,
): Promise<readonly Problem[]> {
  const { images } = engine;
  const tagged = await images.list(image);
  const expected = [...(journal?.temporary ?? []), ...(await pendingReferences(site, journal))];
  const referenceOf = ({ tag }: TaggedImage) => `${image}:${tag}`;
  const strangers = tagged.filter((one) => !expected.includes(referenceOf(one)));
  const lost: Problem[] = [];
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
      .filter(({ tag }) => isVersionTag(tag) && isSiteVersion(tag, scheme) && !versions.includes(tag))
      .map((one) => ({ finding: tagUnrecorded(referenceOf(one), one.id) })),
  ];
}

async function pendingReferences(
  { folder, own }: Pick<OpenSite, 'folder' | 'own'>,
  journal: JournalEntry | undefined,
): Promise<readonly string[]> {
  if (journal?.pending === undefined) return [];
  const place = { journal: own.of('records').journal, site: folder };
  return openPending(journal.pending, place).then(
    ({ references }) => references,
    () => [],
  );
}
