import { runsBench } from './runs-bench.ts';

/** What a worker listens to when no queue is named. */
const DEFAULT_QUEUES = ['short', 'default', 'long'];

/** The queues that a command line's worker listens to; none if it is no worker. */
export function queuesOf(line: string): readonly string[] {
  if (!runsBench(line, 'worker|worker-pool')) return [];
  const named = /--queue[ =]["']?([^\s"';&|]+)/.exec(line)?.[1];
  return named === undefined ? DEFAULT_QUEUES : named.split(',').filter((name) => name !== '');
}
