import type { ResolvedProject, Scale } from '../compose/compose.ts';
import type { ProjectContainer } from '../compose/running-project.ts';
import { omitUndefined } from '../omit-undefined.ts';

export interface ContainerStatus {
  readonly service: string;
  readonly name: string;
  readonly image: string;
  /** `running`, `exited`, `restarting`, … */
  readonly state: string;
  /** Of a container that ended. */
  readonly exitCode?: number;
  /** `healthy`, `unhealthy` or `starting`. */
  readonly health?: string;
  readonly restarts: number;
  /** When it was started, ISO 8601. */
  readonly since?: string;
  /** How it differs from the Compose files: another image, or another configuration. */
  readonly drift: readonly ('image' | 'config' | 'service')[];
  /** The image of the files, where it is another one. */
  readonly wanted?: string;
}

/** A service with another number of containers than it is to have. */
export interface ScaleDrift {
  readonly service: string;
  readonly running: number;
  readonly wanted: number;
  /** What asks for that: `de-build scale`, or the Compose files. */
  readonly by: 'scale' | 'files';
}

/** A container compared with the Compose files, where they are known. */
export function statusOf(one: ProjectContainer, resolved: ResolvedProject | undefined): ContainerStatus {
  const { service, name, image, status: state, restarts, isRunning, exitCode, health, startedAt } = one;
  const wanted = resolved?.services.get(service);
  // One that ran once and is done stays as it is until Compose runs it again.
  const isDone = state === 'exited' && exitCode === 0;
  const isOtherImage = !isDone && wanted?.image !== undefined && wanted.image !== image;
  const isOtherConfig =
    !isDone && wanted !== undefined && !isOtherImage && wanted.configHash !== one.configHash;
  return {
    ...{ service, name, image, state, restarts },
    drift: [
      ...(isOtherImage ? (['image'] as const) : []),
      ...(isOtherConfig ? (['config'] as const) : []),
      ...(resolved !== undefined && wanted === undefined ? (['service'] as const) : []),
    ],
    ...omitUndefined({
      exitCode: isRunning ? undefined : exitCode,
      health,
      since: startedAt,
      wanted: isOtherImage ? wanted?.image : undefined,
    }),
  };
}

/** What `de-build scale` recorded counts before the files. A service of which nothing runs, or that is done, is no drift. */
export function findScaleDrift(
  containers: readonly Pick<ProjectContainer, 'service' | 'isRunning'>[],
  resolved: Pick<ResolvedProject, 'services'> | undefined,
  recorded: Scale,
): readonly ScaleDrift[] {
  const services = [...new Set(containers.map(({ service }) => service))];
  return services.flatMap((service): ScaleDrift[] => {
    const running = containers.filter((one) => one.service === service && one.isRunning).length;
    const set = recorded[service];
    const wanted = set ?? resolved?.services.get(service)?.replicas;
    if (wanted === undefined || wanted === running || (set === undefined && running === 0)) return [];
    return [{ service, running, wanted, by: set === undefined ? 'files' : 'scale' }];
  });
}
