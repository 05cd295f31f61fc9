import type { Containerfile } from '../site/containerfile.ts';
import type { BuildPlan } from './plan.ts';

/**
 * `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/) of a build: the moment of the plan, which
 * is the label's too. BuildKit from 0.11 on dates the image and its history by it, older ones pass it over; files keep
 * their own times. A Containerfile that declares it chose its own, and would run its steps anew for each value.
 * @returns seconds, or `undefined` when the build gets none
 */
export function sourceDateEpoch(
  { builder, createdAt }: Pick<BuildPlan, 'builder' | 'createdAt'>,
  containerfile: Pick<Containerfile, 'args'> | undefined,
): string | undefined {
  if (builder !== 'buildkit' || containerfile?.args.has('SOURCE_DATE_EPOCH') === true) return undefined;
  return String(Math.floor(Date.parse(createdAt) / 1000));
}
