import { allApps } from '../../apps/all-apps.ts';
import type { ExpectedApp } from '../../frappe/compare-apps.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import type { BuildPlan } from './plan.ts';

/** The apps of a plan, and those that the Containerfile gets with bench; one of a name. */
export function plannedInImage(plan: BuildPlan): readonly ExpectedApp[] {
  return [...allApps(plan), ...clonedApps(plan)];
}

/** They need not be in the image: the step may be in another stage, or in a condition. */
export function clonedApps(plan: BuildPlan): readonly ExpectedApp[] {
  const names = new Set(allApps(plan).map(({ name }) => name));
  return plan.repositories.flatMap(({ app: name, ref, commit, tagObject }) => {
    if (name === undefined || names.has(name)) return [];
    names.add(name);
    return [{ name, ref, commit, ...omitUndefined({ tagObject }) }];
  });
}
