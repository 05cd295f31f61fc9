import { listProject } from '../compose/running-project.ts';
import type { Containers } from '../engine/engine.ts';
import { queueNotServed } from '../errors/service-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { queuesOf } from '../frappe/bench/queues-of.ts';
import type { Deployment } from './deployment.ts';

const WITHIN_SECONDS = 60;

/**
 * A job goes through each queue that the workers' command lines name. One whose workers all run another job is only reported, as
 * is a site that the scheduler passes over.
 * @throws DeBuildError `queue-not-served`
 */
export async function checkWorkers(
  { bench, containers }: { readonly bench: Bench; readonly containers: Containers },
  { project, workers }: Pick<Deployment, 'project' | 'workers'>,
  served: readonly string[],
  { emit }: Pick<Tools, 'emit'>,
): Promise<void> {
  const warn = (text: string) => emit({ type: 'notice', level: 'warning', text });
  const [site] = served;
  const running = (await listProject(containers, project)).filter(({ service }) => workers.includes(service));
  const queues = [...new Set(running.flatMap(({ command }) => queuesOf(command.join(' '))))];
  if (site === undefined || queues.length === 0) return;
  for (const tried of await bench.tryQueues(site, queues, WITHIN_SECONDS)) {
    if (tried.state === 'finished') continue;
    if (!tried.busy) throw queueNotServed(tried.queue, { ...tried, seconds: WITHIN_SECONDS });
    warn(`Queue ${tried.queue}: all workers run other jobs, so that it could not be tried.`);
  }
  for (const name of served) {
    const reasons = await bench.schedulerOff(name);
    if (reasons.length > 0) warn(`${name}: no scheduled jobs run: ${reasons.join('; ')}.`);
  }
}
