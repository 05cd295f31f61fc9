import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function badBuildArg(): DeBuildError {
  return new DeBuildError({
    code: 'build-arg-malformed',
    what: 'A `--build-arg` is not in the form NAME=VALUE.',
    why: 'A build arg needs the name of an ARG in the Containerfile, and a value.',
    fix: 'Write it as `--build-arg PYTHON_VERSION=3.11.9`.',
    exitCode: EXIT.usage,
  });
}

/** `--skip` names a check that does not exist. */
export function checkUnknown(
  id: string,
  known: readonly string[],
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'check-unknown',
    what: `There is no check ${JSON.stringify(id)}.`,
    why: `The checks are ${known.join(', ')}.`,
    fix: nearest === undefined ? 'Name one of these.' : `Write \`--skip ${nearest}\`.`,
    exitCode: EXIT.usage,
  });
}

/** `--keep-storage` or `--older-than`. */
export function badPruneLimit(option: string, example: string): DeBuildError {
  return new DeBuildError({
    code: 'prune-limit-malformed',
    what: `The value of \`${option}\` is invalid.`,
    why: 'It takes a number and a unit.',
    fix: `Write it as \`${option} ${example}\`.`,
    exitCode: EXIT.usage,
  });
}

/** `problem` follows the entry: "names no type". */
export function cacheEntryMalformed(
  entry: string,
  use: 'cacheFrom' | 'cacheTo',
  problem: string,
): DeBuildError {
  const option = use === 'cacheFrom' ? '--cache-from' : '--cache-to';
  return new DeBuildError({
    code: 'cache-entry-malformed',
    what: `The cache ${JSON.stringify(entry)} of ${option} is invalid.`,
    why: `It ${problem}.`,
    fix: `Write it as docker buildx does: \`${option} type=registry,ref=registry.example.com/acme/erp:cache\`, or \`${option} type=local,${use === 'cacheFrom' ? 'src' : 'dest'}=FOLDER\`.`,
    exitCode: EXIT.usage,
  });
}

/** `source` is where it was set: `--platform`. */
export function platformMalformed(
  platform: string,
  source: string,
  nearest: string | undefined,
): DeBuildError {
  return new DeBuildError({
    code: 'platform-malformed',
    what: `There is no platform ${JSON.stringify(platform)}, which ${source} names.`,
    why: 'A release is an image of Linux, for an architecture such as amd64 or arm64.',
    fix:
      nearest === undefined ? 'Write it as `linux/amd64` or `linux/arm64`.' : `Did you mean \`${nearest}\`?`,
    exitCode: EXIT.usage,
  });
}
