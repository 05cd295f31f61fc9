import { isDeBuildError } from '../../errors/de-build-error.ts';
import { findingOf } from '../../flow/finding-of.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import { readVersion } from '../../site/site.ts';
import { chooseOptions, decideChecked, type ReleaseOptions } from '../plan/plan-release.ts';
import type { CheckOutcome } from './check.ts';
import { findMissingBases } from './find-missing-bases.ts';
import type { CheckedSite } from './run-checks.ts';

/** Whether the release would start, once the other checks have passed: platforms, caches, the registry of a push. */
export async function checkBuild(
  site: OpenSite,
  { options, checked }: { readonly options: ReleaseOptions; readonly checked: CheckedSite },
  tools: Tools,
): Promise<CheckOutcome<never>> {
  const { results, engine, resolved } = checked;
  const known = [engine, resolved, site.containerfile, readVersion(site)];
  if (results.some(({ status }) => status === 'failed'))
    return { findings: [], skipped: 'other checks failed' };
  if (known.includes(undefined)) return { findings: [], skipped: 'other checks were skipped' };
  try {
    const chosen = chooseOptions(site, options, tools);
    const { plan, engine: used } = await decideChecked(site, { options, chosen, checked }, tools);
    const { platforms, push } = plan;
    const parts = [...platforms, ...(push ? ['pushed'] : [])];
    const findings = await findMissingBases(plan, used, tools);
    return { findings, summary: parts.length === 0 ? 'can start' : `can start: ${parts.join(', ')}` };
  } catch (error) {
    if (!isDeBuildError(error)) throw error;
    return { findings: [findingOf(error)] };
  }
}
