import type { StepDialect } from '../plain/step-recorder.ts';

/** What Docker's classic builder prints. Steps count up by one, so that a step's own output is not taken for one. */
export function createClassicDialect(): StepDialect {
  let next = 1;
  let total: string | undefined;
  return {
    announcement(line) {
      const match = /^Step (\d+)\/(\d+) : ([\s\S]*)$/.exec(line);
      if (match === null || Number(match[1]) !== next || (total !== undefined && match[2] !== total)) return;
      next++;
      total = match[2];
      return { at: `${match[1]}/${total}`, instruction: match[3] ?? '' };
    },
    isCached: (line) => line === ' ---> Using cache',
    isRunning: (line) => /^ ---> Running in [0-9a-f]+$/.test(line),
    isNoise: (line) =>
      /^ ---> [0-9a-f]+$|^ ---> (Using cache|Running in [0-9a-f]+)$|^(?: ---> )?Remov(?:ing|ed) intermediate container [0-9a-f]+$|^$|^Successfully (built|tagged) /.test(
        line,
      ),
    warning: (line) => /^(?: ---> )?\[Warning\] (.*)$/.exec(line)?.[1],
  };
}
