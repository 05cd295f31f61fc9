import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** `--build-arg` without a name or a value. */
export function badBuildArg(): DeBuildError {
  return new DeBuildError({
    code: 'build-arg-malformed',
    what: 'A `--build-arg` is not of the form NAME=VALUE.',
    why: 'A build arg needs the name of an ARG of the Containerfile and a value.',
    fix: 'Write it as `--build-arg PYTHON_VERSION=3.11.9`.',
    exitCode: EXIT.usage,
  });
}

/** A check was to be left out that there is not. */
export function checkUnknown(
  id: string,
  known: readonly string[],
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'check-unknown',
    what: `There is no check ${JSON.stringify(id)}.`,
    why: `The checks are ${known.join(', ')}.`,
    fix: nearest === undefined ? 'Name one of them.' : `Write \`--skip ${nearest}\`.`,
    exitCode: EXIT.usage,
  });
}

/** `--keep-storage` or `--older-than` with a value that is none. */
export function badPruneLimit(option: string, example: string): DeBuildError {
  return new DeBuildError({
    code: 'prune-limit-malformed',
    what: `The value of \`${option}\` cannot be read.`,
    why: 'It takes a number and a unit.',
    fix: `Write it as \`${option} ${example}\`.`,
    exitCode: EXIT.usage,
  });
}
