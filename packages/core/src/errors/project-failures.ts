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

/** @param name as it was asked for; @param all those that run the image */
export function projectNotFound(
  image: string,
  name: string | undefined,
  all: readonly string[],
): DeBuildError {
  return new DeBuildError({
    code: 'project-not-found',
    what:
      name === undefined
        ? `No Compose project on this engine runs ${image}.`
        : `No Compose project "${name}" on this engine runs ${image}.`,
    why:
      all.length === 0
        ? 'A project is found by the labels of its containers; none of them has that image.'
        : `That image runs in ${all.join(', ')}.`,
    fix:
      all.length === 0
        ? 'Bring the project up with `docker compose up -d`, name its image as `image` in de-build.json, or name its engine with `--host`.'
        : `Name one of them with \`--project\`.`,
    exitCode: EXIT.deployment,
  });
}

export function projectAmbiguous(image: string, names: readonly string[]): DeBuildError {
  return new DeBuildError({
    code: 'project-ambiguous',
    what: `${names.length} Compose projects run ${image}.`,
    why: `They are ${names.join(', ')}; none of them was brought up from this folder, or more than one was.`,
    fix: `Name one: \`--project ${names[0]}\`.`,
    exitCode: EXIT.usage,
  });
}

export function projectWithoutBench(project: string, image: string, benchFolder: string): DeBuildError {
  return new DeBuildError({
    code: 'project-without-bench',
    what: `No container of ${project} has the sites of a bench.`,
    why: `No container of ${image} has something mounted at ${benchFolder}/sites.`,
    fix: 'Start the project with `docker compose up -d`; if the bench is elsewhere in the image, set `benchFolder` in de-build.json.',
    exitCode: EXIT.deployment,
  });
}

export function projectBusy(project: string, holder: string, container: string): DeBuildError {
  return new DeBuildError({
    code: 'project-busy',
    what: `Another run works on the project ${project}.`,
    why: holder,
    fix: `Wait until it has ended. If its process is gone and ran on another machine, remove its container: \`docker rm -f ${container}\`.`,
    exitCode: EXIT.locked,
  });
}

/** @param left names of containers and networks */
export function projectNotDown(project: string, left: readonly string[], seconds: number): DeBuildError {
  return new DeBuildError({
    code: 'project-not-down',
    what: `The project ${project} could not be taken down.`,
    why: `${left.join(', ')} ${left.length === 1 ? 'was' : 'were'} still there after ${seconds} s.`,
    fix: 'See what uses them with `docker network inspect` and `docker ps -a`, remove it, bring the project up with `docker compose up -d`, and finish with `de-build deploy --resume`.',
    exitCode: EXIT.deployment,
  });
}
