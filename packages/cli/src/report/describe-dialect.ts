import type { BuildPlan } from '@de-build/core';

/** How a Containerfile takes its apps, in a few words. */
export function describeDialect(dialect: BuildPlan['dialect']): string {
  return dialect === 'none' ? 'takes no apps.json' : `apps by ${dialect}`;
}
