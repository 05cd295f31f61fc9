import type { StepDialect } from '../plain/step-recorder.ts';

/** What Podman's builder, buildah, prints. */
export function createPodmanDialect(): StepDialect {
  return {
    announcement(line) {
      const match = /^(?:\[(\d+)\/\d+\] )?STEP (\d+\/\d+): ([\s\S]*)$/.exec(line);
      if (match === null) return;
      return {
        at: match[1] === undefined ? `${match[2]}` : `${match[1]}: ${match[2]}`,
        instruction: match[3] ?? '',
      };
    },
    isCached: (line) => /^--> Using cache [0-9a-f]+$/.test(line),
    isRunning: () => false,
    isNoise: (line) =>
      /^--> (Using cache )?[0-9a-f]+$|^[0-9a-f]{64}$|^(\[\d+\/\d+\] )?COMMIT( |$)|^Successfully (built|tagged) |^$/.test(
        line,
      ),
    warning: (line) => /^\[Warning\] (.*)$/.exec(line)?.[1],
  };
}
