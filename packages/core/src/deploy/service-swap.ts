import type { Compose, ResolvedProject, Scale } from '../compose/compose.ts';
import type { Replacement } from '../compose/replacement.ts';
import { listProject, type ProjectContainer } from '../compose/running-project.ts';
import type { Containers } from '../engine/engine.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import type { Deployment } from './deployment.ts';

/** What replaces the services of a deployment. It looks at what there is, so that it can be begun again. */
export interface ServiceSwap {
  readonly deployment: Deployment;
  readonly compose: Compose;
  readonly resolved: ResolvedProject;
  readonly containers: Containers;
  /** Of the image that is deployed. */
  readonly bench: Bench;
  /** Sites that visitors can see meanwhile. */
  readonly served: readonly string[];
  readonly tools: Pick<Tools, 'signal' | 'emit'>;
}

/** A service, and how far its containers are replaced. */
export interface SwappedService {
  readonly service: string;
  readonly replacement: Replacement;
  readonly old: readonly ProjectContainer[];
  readonly new: readonly ProjectContainer[];
  readonly missing: number;
}

/** For what serves nobody, or must make room. */
export const END_SECONDS = 1;

/** What the project has now. */
export async function look({
  deployment,
  resolved,
  containers,
}: ServiceSwap): Promise<readonly SwappedService[]> {
  const all = await listProject(containers, deployment.project);
  return Object.entries(deployment.services).map(([service, count]) => {
    const { configHash, replacement = 'in-place' } = resolved.services.get(service) ?? {};
    const ours = all.filter((one) => one.service === service);
    const isNew = (one: ProjectContainer) =>
      one.imageId === deployment.to.imageId && one.configHash === configHash;
    const found = { old: ours.filter((one) => !isNew(one)), new: ours.filter(isNew) };
    return { service, replacement, ...found, missing: Math.max(0, count - found.new.length) };
  });
}

export function scaleOf(services: readonly SwappedService[]): Scale {
  return Object.fromEntries(
    services.map((one) => [one.service, one.old.length + one.new.length + one.missing]),
  );
}

export function wanted({ services }: Deployment, of: readonly SwappedService[]): Scale {
  return Object.fromEntries(of.map(({ service }) => [service, services[service] ?? 1]));
}

/** One that serves nobody is not waited for: most of them ignore SIGTERM as the first process of a container. */
export function stop(
  { containers, served }: ServiceSwap,
  { id }: ProjectContainer,
  seconds: number,
): Promise<void> {
  return containers.stop(id, served.length === 0 ? END_SECONDS : seconds);
}

/** With their anonymous volumes. */
export async function removeAll(
  { containers }: ServiceSwap,
  all: readonly ProjectContainer[],
): Promise<void> {
  for (const { id } of all) await containers.remove(id);
}
