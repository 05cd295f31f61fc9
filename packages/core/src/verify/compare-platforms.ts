import type { Engine, ImageDetails } from '../engine/engine.ts';
import { isSamePlatform } from '../engine/platform-name.ts';
import type { Tools } from '../flow/tools.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { perRecordedPlatform } from '../manifests/recorded-platforms.ts';
import { compareCommits } from './compare-commits.ts';
import { compareFiles } from './compare-files.ts';
import { compareLabels } from './compare-image.ts';
import { comparePoint, type VerifiedPoint } from './verified-point.ts';

interface FoundImage {
  readonly engine: Engine;
  readonly image: ImageDetails;
  readonly benchFolder: string;
  /** Whether all its files are read. */
  readonly files: boolean;
}

/** Compares layers, commits and files with the record, for each platform of the image. */
export async function comparePlatforms(
  manifest: Manifest,
  found: FoundImage,
  tools: Tools,
): Promise<readonly VerifiedPoint[]> {
  const records = perRecordedPlatform(manifest);
  if (records.length === 1)
    return [...compareLabels(manifest, found.image), ...(await compareContents(manifest, found, tools))];
  const here = await found.engine.images.platformsOf(found.image.id);
  const points: VerifiedPoint[] = [];
  for (const [index, record] of records.entries()) {
    const { platform } = record.image;
    if (!here.some((one) => isSamePlatform(one, platform))) {
      points.push({
        id: 'layers',
        platform,
        status: 'unknown',
        why: 'The engine has the image without this platform.',
      });
      continue;
    }
    const images = here.length === 1 ? found.engine.images : found.engine.images.forPlatform(platform);
    const image = (await images.inspect(found.image.id)) ?? found.image;
    const compared = await compareContents(
      record,
      { ...found, engine: { ...found.engine, images }, image },
      tools,
    );
    // The labels of the first are recorded.
    const labels = index === 0 ? compareLabels(record, image) : [];
    points.push(...[...labels, ...compared].map((point) => ({ ...point, platform })));
  }
  return points;
}

async function compareContents(
  manifest: Manifest,
  { engine, image, benchFolder, files }: FoundImage,
  tools: Tools,
): Promise<readonly VerifiedPoint[]> {
  const layers = comparePoint({ id: 'layers' }, manifest.image.layers?.join(' '), image.layers.join(' '));
  const at = { images: engine.images, image, benchFolder };
  const { points, folders } = await compareCommits(manifest, at);
  if (!files) return [layers, ...points];
  return [layers, ...points, ...(await compareFiles(manifest, { ...at, engine, folders }, tools))];
}
