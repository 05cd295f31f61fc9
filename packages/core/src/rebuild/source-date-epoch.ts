import type { BuildPlan } from '../release/plan/plan.ts';
import type { Containerfile } from '../site/containerfile.ts';

/**
 * `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/) of a rebuild: the time of the release.
 * BuildKit from 0.11 on dates the image and its history by it, older ones ignore it; files keep their own times. A
 * Containerfile that declares it sets its own. Steps from the cache were built without it.
 * @returns seconds, or `undefined` when the build gets none
 */
export function sourceDateEpoch(
  { createdAt, cache }: Pick<BuildPlan, 'createdAt' | 'cache'>,
  containerfile: Pick<Containerfile, 'args'> | undefined,
): string | undefined {
  if (cache.use || containerfile?.args.has('SOURCE_DATE_EPOCH') === true) return undefined;
  return String(Math.floor(Date.parse(createdAt) / 1000));
}
