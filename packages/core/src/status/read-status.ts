import { join } from 'node:path';
import { openStores } from '../backup/open-stores.ts';
import type { ResolvedProject } from '../compose/compose.ts';
import { isOfImage, type RunningProject } from '../compose/running-project.ts';
import { type Deployment, filesOf, readBefore, readDeployments } from '../deploy/deployment.ts';
import { digestFiles } from '../deploy/digest-files.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { openProjectFiles } from '../deploy/open-project-files.ts';
import { readScale } from '../deploy/recorded-scale.ts';
import type { Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { composeFilesElsewhere, queuesUnread } from '../errors/project-findings.ts';
import { inspectSite } from '../flow/change-site.ts';
import { findingOf } from '../flow/finding-of.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { openBench } from '../frappe/bench/bench.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { type ContainerStatus, findScaleDrift, type ScaleDrift, statusOf } from './container-status.ts';
import { type BackupStatus, backupsOf } from './read-backups.ts';
import { type DiskStatus, diskOf } from './read-disk.ts';
import { type QueueStatus, queueStatusOf } from './read-queues.ts';

export interface StatusOptions extends SiteOptions {
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** Ask the engine for what its images and volumes take, for which it reads all of them. Default: true. */
  readonly measure?: boolean;
}

/** What runs of a site on this engine, and what should run. */
export interface SiteStatus {
  readonly project: string;
  /** Of the site, without a tag. */
  readonly image: string;
  readonly containers: readonly ContainerStatus[];
  /** Services that the Compose files have, and no container runs. */
  readonly missing: readonly string[];
  /** Services with another number of containers than they are to have. */
  readonly scale: readonly ScaleDrift[];
  /** Compose files, or the env file, that were changed since the last deployment. */
  readonly changedFiles: readonly string[];
  /** Absent when no container with the bench runs. */
  readonly queues?: readonly QueueStatus[];
  readonly disk: DiskStatus;
  /** In the site's own folder, of the sites that have one. */
  readonly backups: readonly BackupStatus[];
  /** What could not be read, or compared. */
  readonly problems: readonly Finding[];
  /** The newest from this folder. */
  readonly lastDeployment?: Pick<Deployment, 'id' | 'from' | 'to' | 'state' | 'startedAt' | 'endedAt' | 'by'>;
}

const STATUS: Flow = { name: 'status', stages: [], unchanged: 'It changes nothing.' };
const MEASURE_WITHIN_MS = 20_000;

/**
 * Reads what runs of a site from the labels of its containers, and compares it with its Compose files where they are here.
 * @throws DeBuildError `project-not-found`, `project-ambiguous`, `deployment-unreadable`, `scale-unreadable`, `engine-*`
 */
export function readStatus(options: StatusOptions): Promise<SiteStatus> {
  return inspectSite(options, { flow: STATUS, what: 'status' }, async (site, tools) => {
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    const { image } = site.config;
    const problems: Finding[] = [];
    const unless = async <T>(read: Promise<T>): Promise<T | undefined> => {
      try {
        return await read;
      } catch (error) {
        if (!isDeBuildError(error)) throw error;
        problems.push({ ...findingOf(error), severity: 'warning' });
        return undefined;
      }
    };
    const resolveFiles = async () => {
      const { compose, source } = await openProjectFiles(site.own, project, engine, tools);
      if (compose === undefined) problems.push(composeFilesElsewhere(project.name, source.files, undefined));
      return compose?.resolve();
    };
    const [resolved, load, usage, deployments, recorded] = await Promise.all([
      unless(resolveFiles()),
      unless(readLoad(site, project, engine)),
      options.measure === false ? undefined : unless(engine.diskUsage(MEASURE_WITHIN_MS)),
      readDeployments(site.own.deployments),
      readScale(site.own.scale, project.name),
    ]);
    if (load?.problem !== undefined) problems.push(queuesUnread(load.problem));
    const { backups } = await openStores(site, site.own.backups, tools).list();
    const ours = deployments.filter((one) => one.project === project.name);
    const containers = project.containers.filter((one) => isOfImage(one, image));
    return {
      project: project.name,
      image,
      containers: project.containers.map((one) => statusOf(one, resolved)),
      missing: missingServices(project, resolved),
      scale: findScaleDrift(project.containers, resolved, recorded),
      changedFiles: await findChangedFiles(site, ours),
      disk: await diskOf(project.name, site.own.path, load, usage),
      backups: backupsOf(backups.filter((one) => one.project === project.name)),
      problems,
      ...omitUndefined({
        queues: load && load.problem === undefined ? queueStatusOf(load, containers) : undefined,
        lastDeployment: ours[0] && shortly(ours[0]),
      }),
    };
  });
}

async function readLoad(
  { config: { image, benchFolder } }: Pick<OpenSite, 'config'>,
  project: RunningProject,
  { containers }: Pick<Engine, 'containers'>,
) {
  const { id, isRunning } = benchContainerOf(project, image, benchFolder);
  return isRunning ? openBench(containers, id, benchFolder).load() : undefined;
}

function missingServices(project: RunningProject, resolved: ResolvedProject | undefined): readonly string[] {
  const running = new Set(project.containers.map(({ service }) => service));
  return [...(resolved?.services.keys() ?? [])].filter((service) => !running.has(service));
}

/** Compared with what the last deployment read. @param deployments the newest first */
async function findChangedFiles(
  { folder, own }: Pick<OpenSite, 'folder' | 'own'>,
  deployments: readonly Deployment[],
): Promise<readonly string[]> {
  const last = deployments.find(({ state }) => state !== 'undone');
  if (last === undefined) return [];
  const { digests = {} } = await readBefore(filesOf(own.deployments, last.id));
  const now = await digestFiles(Object.keys(digests));
  const prefix = join(folder, '/');
  return Object.keys(digests)
    .filter((path) => now[path] !== digests[path])
    .map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path));
}

function shortly({ id, from, to, state, startedAt, endedAt, by }: Deployment): SiteStatus['lastDeployment'] {
  return { id, from, to, state, startedAt, by, ...omitUndefined({ endedAt }) };
}
