import type { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { sentence } from './sentence.ts';

/** `known` are the names of buildx's builders. */
export function builderUnknown(
  name: string,
  known: readonly string[],
  schemes: readonly string[],
): DeBuildError {
  return failure('builder-unknown', {
    what: `There is no builder "${name}".`,
    why:
      known.length === 0
        ? 'docker buildx knows no builder here, and it is not an address.'
        : `docker buildx knows ${known.join(', ')} here, and it is not an address.`,
    fix: `Name one of \`docker buildx ls\`, or an address that begins with ${schemes.join(', ')}.`,
  });
}

/** The name of a Docker context is the builder of another engine. */
export function builderOfOtherEngine(name: string): DeBuildError {
  return failure('builder-of-other-engine', {
    what: `The builder "${name}" is the engine of the Docker context ${name}.`,
    why: 'An engine builds only into its own images, and the release belongs into those of another engine.',
    fix: `Release on that engine: \`DOCKER_CONTEXT=${name} de-build\`, without a builder.`,
  });
}

/** The file in which buildx describes a builder. */
export function builderFileUnreadable(file: string, reason: string): DeBuildError {
  return failure('builder-file-unreadable', {
    what: `The description of the builder in ${file} cannot be used.`,
    why: sentence(reason),
    fix: 'See `docker buildx ls`; remove the builder with `docker buildx rm`, and create it again.',
  });
}

export function builderTlsUnreadable(file: string, cause: Error): DeBuildError {
  return failure('builder-tls-unreadable', {
    what: `${file} cannot be read.`,
    why: `${sentence(cause.message)} It belongs to the TLS connection with the builder.`,
    fix: 'Correct the path in `builder` of de-build.json or in `docker buildx create --driver-opt`, or the permissions of the file.',
    cause,
  });
}

/** The container of a builder, or its pods. */
export function builderNotRunning(builder: string, why: string): DeBuildError {
  return failure('builder-not-running', {
    what: `The builder ${builder} is not running.`,
    why: sentence(why),
    fix: 'Start it with `docker buildx inspect --bootstrap NAME`, or name another one of `docker buildx ls`.',
  });
}

/** `output` is what the program between printed. */
export function builderUnreachable(
  builder: string,
  why: string,
  { output = '', cause }: { readonly output?: string; readonly cause?: unknown } = {},
): DeBuildError {
  return failure('builder-unreachable', {
    what: `The builder ${builder} cannot be reached.`,
    why: sentence(why),
    fix: 'Check its address and that it runs; `docker buildx inspect NAME` or `buildctl --addr ADDRESS debug workers` must work from here.',
    ...(output.trim() === '' ? {} : { output: output.trim() }),
    cause,
  });
}

export function builderTlsFailed(builder: string, why: string, fix: string, cause?: unknown): DeBuildError {
  return failure('builder-tls-failed', {
    what: `The TLS connection to the builder ${builder} failed.`,
    why,
    fix,
    cause,
  });
}

/** Older ones have no named contexts, with which sources travel. */
export function builderTooOld(builder: string): DeBuildError {
  return failure('builder-too-old', {
    what: `The builder ${builder} is too old.`,
    why: 'It does not tell its version, so it is older than BuildKit 0.11.',
    fix: 'Upgrade its buildkitd to 0.11 or later.',
  });
}

/** It answered before, and the connection broke. */
export function builderLost(builder: string, during: string, cause?: unknown): DeBuildError {
  return failure('builder-lost', {
    what: `The connection to the builder ${builder} broke during ${during}.`,
    why: 'It stopped, restarted or crashed, or the network failed.',
    fix: 'Check that it runs (`docker buildx inspect NAME`), see its log, and run this again.',
    cause,
  });
}

/** It keeps the connection open, sends nothing and answers no ping. */
export function builderIdle(builder: string, during: string, seconds: number): DeBuildError {
  return failure('builder-idle', {
    what: `The builder ${builder} stopped responding during ${during}.`,
    why: `It sent nothing for ${seconds} s and answers no other request.`,
    fix: 'See its log, restart it, and run this again.',
  });
}
