import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function scaleUnreadable(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'scale-unreadable',
    what: `${path} cannot be read.`,
    why: 'It is not what `de-build scale` writes.',
    fix: 'Correct it, or remove it and run `de-build scale` again.',
    exitCode: EXIT.record,
    cause,
  });
}

/** @param nearest what was probably meant */
export function serviceUnknown(
  project: string,
  service: string,
  known: readonly string[],
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'service-unknown',
    what: `${project} has no container of a service "${service}".`,
    why: `It has ${known.join(', ')}.`,
    fix: nearest === undefined ? 'Name one of them.' : `Did you mean ${nearest}?`,
    exitCode: EXIT.usage,
  });
}

export function attachNeedsTerminal(): DeBuildError {
  return new DeBuildError({
    code: 'attach-needs-terminal',
    what: 'A debugger needs a terminal.',
    why: 'The input or the output of this command is none.',
    fix: 'Run it in a terminal, without a pipe; over ssh with `ssh -t`.',
    exitCode: EXIT.usage,
  });
}

/** `tty` and `stdin_open` are set when a container is created. */
export function attachWithoutTerminal(service: string): DeBuildError {
  return new DeBuildError({
    code: 'attach-without-terminal',
    what: `The container of ${service} has no terminal.`,
    why: 'A container gets its terminal when it is created, by `tty` and `stdin_open`; without it a breakpoint ends at once.',
    fix: `\`de-build attach ${service} --recreate\` recreates it with one worker and a terminal, and as it was when you leave. Requests to it fail meanwhile.`,
    exitCode: EXIT.conflict,
  });
}

export function serviceNotRunning(service: string): DeBuildError {
  return new DeBuildError({
    code: 'service-not-running',
    what: `No container of ${service} runs.`,
    why: 'It ended, or was stopped.',
    fix: `See why with \`de-build logs ${service}\`, and start it with \`de-build compose -- up -d ${service}\`.`,
    exitCode: EXIT.deployment,
  });
}
