import { assertSameApps, compareApps } from '../../frappe/compare-apps.ts';
import { type FoundApps, readImageApps } from '../../frappe/image-apps.ts';
import type { Decision } from '../plan/plan-release.ts';

/**
 * Reads what is in the image, without starting it, and holds it against the plan.
 * @throws DeBuildError `image-without-bench`, `image-apps-unreadable`, `image-apps-missing`, `image-apps-differ`
 */
export async function verifyImage(
  { plan, examination, engine }: Decision,
  imageId: string,
): Promise<FoundApps> {
  const found = await readImageApps(engine.images, imageId, examination.site.config.benchFolder);
  const planned = plan.frappe === undefined ? plan.apps : [plan.frappe, ...plan.apps];
  assertSameApps(compareApps(planned, found));
  return found;
}
