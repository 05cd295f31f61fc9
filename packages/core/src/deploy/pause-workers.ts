import { runsBench } from '../frappe/bench/runs-bench.ts';
import type { Deployment } from './deployment.ts';
import { type DeploymentRun, names } from './deployment-run.ts';

/** How long jobs may take to end before their worker is stopped. */
const JOBS_WITHIN_SECONDS = 300;
/** The scheduler runs no jobs, and ignores SIGTERM as the first process of a container. */
const SCHEDULER_WITHIN_SECONDS = 1;

export function pauseTitle({ workers }: Pick<Deployment, 'workers'>, isMigration: boolean): string {
  const stopped = workers.length === 0 ? 'Pausing' : `Stopping ${workers.join(', ')}`;
  return isMigration ? `${stopped}; maintenance mode on` : stopped;
}

/** Workers finish the job that they run. After that only visitors write; where data moves, maintenance mode keeps them out. */
export async function pause(
  { project, engine, bench, deployment }: Pick<DeploymentRun, 'project' | 'engine' | 'bench' | 'deployment'>,
  isMigration: boolean,
): Promise<void> {
  const workers = project.containers.filter(({ service }) => deployment.workers.includes(service));
  await Promise.all(
    workers.map(({ id, command }) =>
      engine.containers.stop(
        id,
        runsBench(command.join(' '), 'schedule') ? SCHEDULER_WITHIN_SECONDS : JOBS_WITHIN_SECONDS,
      ),
    ),
  );
  if (!isMigration) return;
  await bench.setMaintenance(names(deployment.sites), true);
}

/** Those that `pause` stopped. */
export async function startWorkers({
  project,
  deployment,
  engine,
}: Pick<DeploymentRun, 'project' | 'deployment' | 'engine'>): Promise<void> {
  const workers = project.containers.filter(({ service }) => deployment.workers.includes(service));
  await Promise.all(workers.map(({ id }) => engine.containers.start(id)));
}
