import { compareApps, type FoundApps } from '../audit/compare-apps.ts';
import { readImageApps } from '../audit/image-apps.ts';
import type { Images } from '../engine/engine.ts';
import type { BuildPlan } from './plan.ts';

/**
 * Reads what is in the image, without starting it, and holds it against the plan.
 * @throws DeBuildError `image-without-bench`, `image-apps-missing`, `image-apps-differ`
 */
export async function verifyImage(
  images: Images,
  plan: BuildPlan,
  options: { readonly imageId: string; readonly benchFolder: string },
): Promise<FoundApps> {
  const found = await readImageApps(images, options.imageId, options.benchFolder);
  const planned = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  assertSameApps(compareApps(planned, found));
  return found;
}
