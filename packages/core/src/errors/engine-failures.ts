import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** The oldest Docker Engine that de-build builds with. */
export const OLDEST_ENGINE = '20.10';

/** There is no such socket, or no route to the host. */
export function engineUnreachable(
  endpoint: string,
  why: string,
  found: readonly string[] = [],
  cause?: unknown,
): DeBuildError {
  const others = found.filter((socket) => socket !== endpoint);
  const fix =
    others.length > 0
      ? `Another engine listens on this machine: set DOCKER_HOST=${others.join(' or DOCKER_HOST=')}, or start Docker (\`sudo systemctl start docker\`).`
      : endpoint.startsWith('unix:')
        ? 'Start Docker (`sudo systemctl start docker`, or Docker Desktop), install it, or set DOCKER_HOST to where it listens.'
        : 'Check the address in DOCKER_HOST or in the Docker context, and that this machine can reach the host.';
  return failure('engine-unreachable', {
    what: `There is no Docker Engine at ${endpoint}.`,
    why,
    fix,
    cause,
  });
}

/** The socket or the host exists, and nothing listens. */
export function engineNotRunning(endpoint: string, cause?: unknown): DeBuildError {
  return failure('engine-not-running', {
    what: `The Docker Engine at ${endpoint} is not running.`,
    why: 'The connection was refused.',
    fix: endpoint.startsWith('unix:')
      ? 'Start it (`sudo systemctl start docker`, or Docker Desktop). If it does not stay up, see `journalctl -u docker`.'
      : 'Start the engine on that host, and check the port: 2376 with TLS, 2375 without.',
    cause,
  });
}

export function enginePermissionDenied(endpoint: string, cause?: unknown): DeBuildError {
  return failure('engine-permission-denied', {
    what: `This user may not use the Docker Engine at ${endpoint}.`,
    why: 'The operating system denied access to the socket.',
    fix: 'Add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in again), or run this with sudo.',
    cause,
  });
}

/** The answer is not one of an engine. */
export function engineNotDocker(endpoint: string, why: string, cause?: unknown): DeBuildError {
  return failure('engine-not-docker', {
    what: `${endpoint} is not a Docker Engine.`,
    why,
    fix: 'Set DOCKER_HOST, the Docker context or the host option to the address of the engine; see `docker context ls`.',
    cause,
  });
}

export function engineTlsFailed(endpoint: string, why: string, fix: string, cause?: unknown): DeBuildError {
  return failure('engine-tls-failed', {
    what: `The TLS connection to the Docker Engine at ${endpoint} failed.`,
    why,
    fix,
    cause,
  });
}

/** `output` is what ssh printed. */
export function engineSshFailed(endpoint: string, output: string, cause?: unknown): DeBuildError {
  return failure('engine-ssh-failed', {
    what: `The Docker Engine at ${endpoint} cannot be reached over ssh.`,
    why: 'ssh ended before the engine answered; its output is below.',
    fix: 'Make `ssh HOST docker system dial-stdio` work without a prompt: check the host key, your key or agent, and that docker is in the PATH of the host.',
    ...(output.trim() === '' ? {} : { output: output.trim() }),
    cause,
  });
}

/** It accepted the request and did not answer. */
export function engineSilent(endpoint: string, asked: string, seconds: number): DeBuildError {
  return failure('engine-silent', {
    what: `The Docker Engine at ${endpoint} does not answer.`,
    why: `It accepted the connection and sent nothing for ${seconds} s after ${asked}.`,
    fix: 'Try `docker version`. If it does not answer either, restart the engine (`sudo systemctl restart docker`).',
  });
}

export function engineTooOld(endpoint: string, version: string): DeBuildError {
  return failure('engine-too-old', {
    what: `The Docker Engine at ${endpoint} is too old.`,
    why: `It is version ${version}; de-build needs ${OLDEST_ENGINE} or newer.`,
    fix: 'Upgrade Docker (https://docs.docker.com/engine/install/), or set DOCKER_HOST to a newer engine.',
  });
}

/** The engine no longer supports an API version that we know. */
export function engineApiMismatch(
  endpoint: string,
  oldestOfEngine: string,
  newestOfOurs: string,
): DeBuildError {
  return failure('engine-api-mismatch', {
    what: `The Docker Engine at ${endpoint} and this de-build have no API version in common.`,
    why: `The engine supports ${oldestOfEngine} and newer, de-build supports up to ${newestOfOurs}.`,
    fix: 'Upgrade de-build.',
  });
}

/** A status of 400 to 499; `reason` is the engine's own sentence. */
export function engineRefused(asked: string, status: number, reason: string): DeBuildError {
  return failure('engine-refused', {
    what: `The Docker Engine refused ${asked}.`,
    why: `It answered ${status}${reason === '' ? ' without a reason.' : `: ${sentence(reason)}`}`,
    fix: 'Correct what it complains about. If that makes no sense, try the same with `docker` on this engine.',
  });
}

/** A status of 404: there is no such image, container or call. */
export function engineObjectMissing(asked: string, reason: string): DeBuildError {
  return failure('engine-object-missing', {
    what: `The Docker Engine has nothing at ${asked}.`,
    why: reason === '' ? 'It answered 404 without a reason.' : `It answered 404: ${sentence(reason)}`,
    fix: 'It may have been removed meanwhile, or never have been there: `docker image ls` lists the images of this engine, and `de-build restore VERSION` brings back that of a release.',
  });
}

/** A status of 500 and more; `reason` is the engine's own sentence. */
export function engineFailed(asked: string, status: number, reason: string): DeBuildError {
  const isFull = /no space left on device/i.test(reason);
  return failure('engine-failed', {
    what: `The Docker Engine failed at ${asked}.`,
    why: `It answered ${status}${reason === '' ? ' without a reason.' : `: ${sentence(reason)}`}`,
    fix: isFull
      ? 'Free space on the disk of the engine: `de-build prune`, `docker image prune`.'
      : "See the engine's log (`journalctl -u docker`); a restart often helps.",
  });
}

/** It answered before, and the connection broke. */
export function engineLost(endpoint: string, during: string, cause?: unknown): DeBuildError {
  return failure('engine-lost', {
    what: `The connection to the Docker Engine at ${endpoint} broke during ${during}.`,
    why: 'The engine stopped, restarted or crashed, or the network failed.',
    fix: 'Check that it is up (`docker version`), see its log (`journalctl -u docker`), and run this again.',
    cause,
  });
}

/** It keeps the connection open, sends nothing and answers no ping. */
export function engineIdle(endpoint: string, during: string, seconds: number): DeBuildError {
  return failure('engine-idle', {
    what: `The Docker Engine at ${endpoint} stopped responding during ${during}.`,
    why: `It sent nothing for ${seconds} s and answers no other request.`,
    fix: 'See its log (`journalctl -u docker`), restart it (`sudo systemctl restart docker`), and run this again.',
  });
}

/** An answer that is not of the expected form. */
export function engineAnswerUnreadable(asked: string, why: string): DeBuildError {
  return failure('engine-answer-unreadable', {
    what: `The Docker Engine's answer to ${asked} is invalid.`,
    why: sentence(why),
    fix: 'Check that no proxy or socket filter between this machine and the engine changes its answers.',
  });
}

export function failure(code: string, rest: Omit<Failure, 'code' | 'exitCode'>): DeBuildError {
  return new DeBuildError({ code, exitCode: EXIT.engine, ...rest });
}
