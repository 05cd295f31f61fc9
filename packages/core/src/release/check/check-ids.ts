import { checkUnknown } from '../../errors/usage-failures.ts';
import { nearestName } from '../../site/nearest-name.ts';

/** Every check of a release by its stable id, in the order in which they are reported; docs/checks.md tells of each. */
export const CHECK_IDS = [
  'config',
  'env',
  'apps',
  'token',
  'containerfile',
  'site-repository',
  'engine',
  'disk',
  'repositories',
  'site-version',
  'image-tag',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];

/** @throws DeBuildError `check-unknown` */
export function parseCheckIds(ids: readonly string[]): ReadonlySet<CheckId> {
  const known: readonly string[] = CHECK_IDS;
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined) throw checkUnknown(unknown, known, nearestName(unknown, known));
  return new Set(ids as readonly CheckId[]);
}
