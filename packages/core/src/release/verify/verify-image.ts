import { allApps } from '../../apps/all-apps.ts';
import { isSamePlatform } from '../../engine/platform-name.ts';
import { imagePlatformDiffers } from '../../errors/audit-failures.ts';
import { assertSameApps, compareApps } from '../../frappe/compare-apps.ts';
import { type FoundApps, readImageApps } from '../../frappe/image-apps.ts';
import type { Decision } from '../plan/decision.ts';
import { clonedApps, plannedInImage } from '../plan/planned-in-image.ts';

/**
 * Reads what is in the image, without starting it, and compares it with the plan. An image for which no app is planned need
 * not have a bench.
 * @throws DeBuildError `image-without-bench`, `image-apps-unreadable`, `image-apps-missing`, `image-apps-differ`,
 * `image-platform-differs`
 * @param known what an image with the same layers has
 */
export async function verifyImage(
  { plan, site, engine }: Decision,
  imageId: string,
  known?: FoundApps,
): Promise<FoundApps> {
  const [wanted] = plan.platforms;
  if (wanted !== undefined) {
    const platform = (await engine.images.inspect(imageId))?.platform ?? '';
    if (!isSamePlatform(platform, wanted)) throw imagePlatformDiffers(platform, wanted);
  }
  const isOptional = allApps(plan).length === 0;
  const found = known ?? (await readImageApps(engine.images, imageId, site.config.benchFolder, isOptional));
  const cloned = new Set(clonedApps(plan).map(({ name }) => name));
  const differences = compareApps(plannedInImage(plan), found);
  assertSameApps(differences.filter((each) => each.kind !== 'missing' || !cloned.has(each.planned.name)));
  return found;
}
