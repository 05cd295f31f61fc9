import { plainValues } from '../../apps/plain-values.ts';
import type { Containerfile } from '../../site/containerfile.ts';
import { type MountedContainerfile, mountSources, type StepRepository } from '../../site/mount-sources.ts';
import type { Decision } from './decision.ts';

/**
 * The Containerfile with the sources mounted; `undefined` when the build clones from the git hosts.
 * @param cloned what steps clone by their own URLs
 */
export function sourceMounts(
  { plan, buildArgs, frappe }: Pick<Decision, 'plan' | 'buildArgs' | 'frappe'>,
  {
    containerfile,
    cloned,
  }: { readonly containerfile: Containerfile; readonly cloned: readonly StepRepository[] },
): MountedContainerfile | undefined {
  const { tokenDelivery } = plan;
  if (tokenDelivery.mode === 'inject') return undefined;
  return mountSources(containerfile, {
    offer: tokenDelivery.offer,
    buildArgs: plainValues(buildArgs),
    urlArgs: frappe === undefined ? [] : ['FRAPPE_PATH'],
    cloned,
  });
}
