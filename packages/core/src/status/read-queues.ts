import type { ProjectContainer } from '../compose/running-project.ts';
import type { BenchLoad } from '../frappe/bench/bench-answers.ts';
import { queuesOf } from '../frappe/bench/queues-of.ts';

/** A queue of background jobs, and what works on it. */
export interface QueueStatus {
  readonly name: string;
  /** Jobs that no worker took yet. */
  readonly waiting: number;
  readonly running: number;
  /** Jobs that failed and are kept. */
  readonly failed: number;
  /** Workers that registered in Redis. */
  readonly workers: number;
  readonly busy: number;
  /** The services whose containers work on it, and how many of each run. */
  readonly services: readonly { readonly service: string; readonly containers: number }[];
}

/** Queues as Redis has them, and those that only the command of a container names. */
export function queueStatusOf(
  { queues }: Pick<BenchLoad, 'queues'>,
  containers: readonly Pick<ProjectContainer, 'service' | 'command' | 'isRunning'>[],
): readonly QueueStatus[] {
  const serving = containers
    .filter(({ isRunning }) => isRunning)
    .map(({ service, command }) => ({ service, queues: queuesOf(command.join(' ')) }));
  const names = new Set([...queues.map(({ name }) => name), ...serving.flatMap((one) => one.queues)]);
  return [...names].sort().map((name) => {
    const found = queues.find((queue) => queue.name === name);
    const workers = found?.workers ?? [];
    const services = serving.filter((one) => one.queues.includes(name)).map(({ service }) => service);
    return {
      name,
      waiting: found?.waiting ?? 0,
      running: found?.running ?? 0,
      failed: found?.failed ?? 0,
      workers: workers.length,
      busy: workers.filter(({ isBusy }) => isBusy).length,
      services: [...new Set(services)].map((service) => ({
        service,
        containers: services.filter((one) => one === service).length,
      })),
    };
  });
}
