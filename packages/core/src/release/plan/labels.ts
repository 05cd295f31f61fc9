import { PLAN_DIGEST_LABEL } from '../../manifests/plan-label.ts';
import type { BuildPlan } from './plan.ts';

/** The image's labels: the OCI image specification's "Pre-Defined Annotation Keys" that are known, and the plan's digest. */
export function labelsOf(plan: BuildPlan): Readonly<Record<string, string>> {
  const base = plan.baseImages.find((image) => image.isFinal);
  const labels: Record<string, string | undefined> = {
    'org.opencontainers.image.version': plan.siteVersion,
    'org.opencontainers.image.revision': plan.siteRepository?.commit,
    'org.opencontainers.image.created': plan.createdAt,
    'org.opencontainers.image.source': plan.siteRepository?.remoteUrl,
    'org.opencontainers.image.base.name': base?.reference,
    'org.opencontainers.image.base.digest': base?.digest,
    [PLAN_DIGEST_LABEL]: plan.digest,
  };
  const known = Object.entries(labels).filter((label): label is [string, string] => label[1] !== undefined);
  return Object.fromEntries(known);
}
