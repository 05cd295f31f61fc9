import type { ResolvedProject } from '../compose/compose.ts';
import type { ProjectContainer } from '../compose/running-project.ts';
import { type Deployment, readDeployments } from '../deploy/deployment.ts';
import { findProject } from '../deploy/find-project.ts';
import { openProjectFiles } from '../deploy/open-project-files.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { inspectSite } from '../flow/change-site.ts';
import { findingOf } from '../flow/finding-of.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { omitUndefined } from '../omit-undefined.ts';

export interface StatusOptions extends SiteOptions {
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
}

/** What runs of a site on this engine, and what should run. */
export interface SiteStatus {
  readonly project: string;
  readonly containers: readonly ContainerStatus[];
  /** Services that the Compose files have, and no container runs. */
  readonly missing: readonly string[];
  /** Why the containers could not be compared with the Compose files; they come from the containers alone then. */
  readonly problem?: Finding;
  /** The newest from this folder. */
  readonly lastDeployment?: Pick<Deployment, 'id' | 'from' | 'to' | 'state' | 'startedAt' | 'endedAt' | 'by'>;
}

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

const STATUS: Flow = { name: 'status', stages: [], unchanged: 'It changes nothing.' };

/**
 * Reads what runs of a site from the labels of its containers, and compares it with its Compose files where they are here.
 * @throws DeBuildError `project-not-found`, `project-ambiguous`, `engine-*`
 */
export function readStatus(options: StatusOptions): Promise<SiteStatus> {
  return inspectSite(options, { flow: STATUS, what: 'status' }, async (site, tools) => {
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    let resolved: ResolvedProject | undefined;
    let problem: Finding | undefined;
    try {
      const { compose } = await openProjectFiles(site.own.deployments, project, engine, tools);
      resolved = await compose.resolve();
    } catch (error) {
      if (!isDeBuildError(error)) throw error;
      problem = { ...findingOf(error), severity: 'warning' };
    }
    const [last] = await readDeployments(site.own.deployments);
    const running = new Set(project.containers.map(({ service }) => service));
    return {
      project: project.name,
      containers: project.containers.map((one) => statusOf(one, resolved)),
      missing: [...(resolved?.services.keys() ?? [])].filter((service) => !running.has(service)),
      ...omitUndefined({ problem, lastDeployment: last === undefined ? undefined : shortly(last) }),
    };
  });
}

function statusOf(one: ProjectContainer, resolved: ResolvedProject | undefined): ContainerStatus {
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

function shortly({ id, from, to, state, startedAt, endedAt, by }: Deployment): SiteStatus['lastDeployment'] {
  return { id, from, to, state, startedAt, by, ...omitUndefined({ endedAt }) };
}
