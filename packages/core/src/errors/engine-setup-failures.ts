import { DeBuildError } from './de-build-error.ts';
import { failure } from './engine-failures.ts';
import { EXIT } from './exit-codes.ts';

/** `source` is where the address is set: `DOCKER_HOST`. */
export function engineHostInvalid(host: string, source: string): DeBuildError {
  return failure('engine-host-invalid', {
    what: `The engine's address "${host}" in ${source} is not valid.`,
    why: 'It must be unix://PATH, tcp://HOST:PORT or ssh://USER@HOST.',
    fix: host.startsWith('/')
      ? `Write it as unix://${host}.`
      : `Correct ${source}, for example to unix:///var/run/docker.sock.`,
  });
}

export function engineContextMissing(name: string, source: string, file: string): DeBuildError {
  return failure('engine-context-missing', {
    what: `There is no Docker context "${name}".`,
    why: `${source} names it, and ${file} does not exist.`,
    fix: 'Choose one of `docker context ls` with `docker context use NAME`, or set DOCKER_HOST.',
  });
}

/** A file of Docker's own client: its settings, a context, a certificate. */
export function engineSettingsUnreadable(file: string, reason: string): DeBuildError {
  return failure('engine-settings-unreadable', {
    what: `${file} cannot be read.`,
    why: `${reason}; it holds the address of the Docker Engine.`,
    fix: 'Repair or remove the file, or set DOCKER_HOST, which takes precedence.',
  });
}

const NO_BUILDKIT = {
  'switched-off': ['DOCKER_BUILDKIT switches it off.', 'Unset DOCKER_BUILDKIT, and run this again.'],
  windows: ['It runs Windows containers.', 'Use an engine that runs Linux containers.'],
  'no-session': [
    'It knows no POST /session, over which BuildKit takes the files of a build.',
    'Use Docker Engine 20.10 or later, and let a proxy in front of it pass /session and /grpc.',
  ],
  'no-grpc': [
    "It knows no POST /grpc, which is BuildKit's own API.",
    'Use Docker Engine 20.10 or later, and let a proxy in front of it pass /session and /grpc.',
  ],
} as const;

/** de-build needs BuildKit of a Docker Engine. */
export function engineWithoutBuildKit(endpoint: string, reason: keyof typeof NO_BUILDKIT): DeBuildError {
  const [why, fix] = NO_BUILDKIT[reason];
  return failure('engine-without-buildkit', {
    what: `The engine at ${endpoint} offers no BuildKit.`,
    why,
    fix,
  });
}

/** The usual place of Docker's socket, where the package podman-docker puts Podman's. */
const USUAL_SOCKET = /^unix:\/\/(\/var)?\/run\/docker\.sock$/;

/** It answers as a Docker Engine does, and is another program. */
export function engineIsPodman(endpoint: string): DeBuildError {
  return failure('engine-is-podman', {
    what: `The engine at ${endpoint} is Podman.`,
    why: 'Podman has no BuildKit session, over which private apps travel into a build.',
    fix: USUAL_SOCKET.test(endpoint)
      ? 'Remove the package podman-docker, which puts Podman at that socket; install Docker Engine (https://docs.docker.com/engine/install/), and start it (`sudo systemctl start docker`).'
      : 'Start a Docker Engine (`sudo systemctl start docker`; to install one: https://docs.docker.com/engine/install/), and set DOCKER_HOST=unix:///var/run/docker.sock.',
  });
}

/** A file in an image is larger than what is read into memory. */
export function imageFileTooLarge(path: string, image: string, limitBytes: number): DeBuildError {
  return new DeBuildError({
    code: 'image-file-too-large',
    what: `${path} of the image ${image} was not read.`,
    why: `It is larger than ${Math.round(limitBytes / 1024 / 1024)} MB; such a file is far smaller.`,
    fix: 'Check which step of the Containerfile writes that file.',
    exitCode: EXIT.verify,
  });
}
