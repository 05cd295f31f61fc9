import { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { EXIT } from './exit-codes.ts';

/** An address no client understands. `source` says where it stands: `DOCKER_HOST`. */
export function engineHostInvalid(host: string, source: string): DeBuildError {
  return failure('engine-host-invalid', {
    what: `The engine's address "${host}" in ${source} is not valid.`,
    why: 'It must be unix://PATH, tcp://HOST:PORT, ssh://USER@HOST or npipe://PATH.',
    fix: host.startsWith('/')
      ? `Write it as unix://${host}.`
      : `Correct ${source}, for example to unix:///var/run/docker.sock.`,
  });
}

export function engineContextMissing(name: string, source: string, file: string): DeBuildError {
  return failure('engine-context-missing', {
    what: `There is no Docker context "${name}".`,
    why: `${source} names it, and ${file} does not exist.`,
    fix: 'See `docker context ls`, and choose one with `docker context use NAME`, or set DOCKER_HOST.',
  });
}

/** A file of Docker's own client: its settings, a context, a certificate. */
export function engineSettingsUnreadable(file: string, reason: string): DeBuildError {
  return failure('engine-settings-unreadable', {
    what: `${file} cannot be read.`,
    why: `${reason}; it says where the Docker Engine is and how to reach it.`,
    fix: `Mend or remove the file, or set DOCKER_HOST to go around it.`,
  });
}

/** A request that only BuildKit can serve went to another builder. */
export function builderNeedsBuildKit(needed: string, builder: string): DeBuildError {
  return new DeBuildError({
    code: 'builder-needs-buildkit',
    what: `The ${builder} builder cannot do this build.`,
    why: `It needs ${needed}, which only BuildKit has.`,
    fix: 'Use BuildKit: unset DOCKER_BUILDKIT=0, or use a Docker Engine instead of this one.',
    exitCode: EXIT.build,
  });
}

export function engineHasNoBuildCache(endpoint: string): DeBuildError {
  return failure('engine-without-build-cache', {
    what: `The build cache at ${endpoint} cannot be pruned.`,
    why: 'It is Podman, which keeps its build cache as ordinary untagged images and has no call to prune it.',
    fix: 'Run `podman image prune` on that machine.',
  });
}

/** A file in an image is bigger than what is read into memory. */
export function imageFileTooLarge(path: string, image: string, limitBytes: number): DeBuildError {
  return new DeBuildError({
    code: 'image-file-too-large',
    what: `${path} of the image ${image} was not read.`,
    why: `It is larger than ${Math.round(limitBytes / 1024 / 1024)} MB, which such a file never is.`,
    fix: 'Look at what writes that file in the Containerfile.',
    exitCode: EXIT.verify,
  });
}
