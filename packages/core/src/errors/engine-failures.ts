import { DeBuildError, type Failure } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';

/** The oldest Docker Engine that de-build builds with. */
export const OLDEST_ENGINE = '20.10';

/** Nothing lies at the socket's path, or no route leads to the host. */
export function engineUnreachable(
  endpoint: string,
  why: string,
  found: readonly string[] = [],
  cause?: unknown,
): DeBuildError {
  const others = found.filter((socket) => socket !== endpoint);
  const fix =
    others.length > 0
      ? `Another engine listens on this machine: try again with DOCKER_HOST=${others.join(' or DOCKER_HOST=')}, or start Docker with \`sudo systemctl start docker\`.`
      : endpoint.startsWith('unix:')
        ? 'Start Docker (`sudo systemctl start docker`, or Docker Desktop), install it, or set DOCKER_HOST to where it listens.'
        : 'Check the address in DOCKER_HOST or in the Docker context, and that the host is up and this machine may reach it.';
  return failure('engine-unreachable', {
    what: `There is no Docker Engine at ${endpoint}.`,
    why,
    fix,
    cause,
  });
}

/** Something was there once: the socket or the host exists, and nobody listens. */
export function engineNotRunning(endpoint: string, cause?: unknown): DeBuildError {
  return failure('engine-not-running', {
    what: `The Docker Engine at ${endpoint} is not running.`,
    why: 'The connection was refused: nobody listens there.',
    fix: endpoint.startsWith('unix:')
      ? 'Start it with `sudo systemctl start docker` (or Docker Desktop), and look at `journalctl -u docker` if it does not stay up.'
      : 'Start the engine on that host, and check the port: 2376 with TLS, 2375 without.',
    cause,
  });
}

export function enginePermissionDenied(endpoint: string, cause?: unknown): DeBuildError {
  return failure('engine-permission-denied', {
    what: `The Docker Engine at ${endpoint} may not be used by this user.`,
    why: 'The operating system denied access to the socket.',
    fix: 'Add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in again), or run this with sudo.',
    cause,
  });
}

/** Somebody answers, but not as an engine would. */
export function engineNotDocker(endpoint: string, why: string, cause?: unknown): DeBuildError {
  return failure('engine-not-docker', {
    what: `What answers at ${endpoint} is not a Docker Engine.`,
    why,
    fix: 'Set DOCKER_HOST, the Docker context or the host option to the address of the engine; `docker context ls` shows the ones that are known.',
    cause,
  });
}

export function engineTlsFailed(endpoint: string, why: string, fix: string, cause?: unknown): DeBuildError {
  return failure('engine-tls-failed', {
    what: `No secure connection to the Docker Engine at ${endpoint} could be made.`,
    why,
    fix,
    cause,
  });
}

/** `output` is what ssh printed. */
export function engineSshFailed(endpoint: string, output: string, cause?: unknown): DeBuildError {
  return failure('engine-ssh-failed', {
    what: `The Docker Engine at ${endpoint} cannot be reached over ssh.`,
    why: 'ssh ended before the engine answered; what it printed stands below.',
    fix: 'Make `ssh HOST docker system dial-stdio` work first, without a question being asked: host key, key or agent, and docker in the PATH there.',
    ...(output.trim() === '' ? {} : { output: output.trim() }),
    cause,
  });
}

/** It took the request and did not answer. */
export function engineSilent(endpoint: string, asked: string, seconds: number): DeBuildError {
  return failure('engine-silent', {
    what: `The Docker Engine at ${endpoint} does not answer.`,
    why: `It accepted the connection and stayed silent for ${seconds} s when asked for ${asked}.`,
    fix: 'See whether `docker version` answers. If it does not, restart the engine (`sudo systemctl restart docker`).',
  });
}

export function engineTooOld(endpoint: string, version: string): DeBuildError {
  return failure('engine-too-old', {
    what: `The Docker Engine at ${endpoint} is too old.`,
    why: `It is version ${version}; de-build needs ${OLDEST_ENGINE} or newer.`,
    fix: 'Upgrade Docker (https://docs.docker.com/engine/install/), or point DOCKER_HOST at a newer engine.',
  });
}

/** The engine no longer speaks any API version that we speak. */
export function engineApiMismatch(
  endpoint: string,
  oldestOfEngine: string,
  newestOfOurs: string,
): DeBuildError {
  return failure('engine-api-mismatch', {
    what: `The Docker Engine at ${endpoint} and this de-build have no API version in common.`,
    why: `The engine speaks ${oldestOfEngine} and newer, de-build speaks up to ${newestOfOurs}.`,
    fix: 'Upgrade de-build.',
  });
}

/** A status of 400 to 499; `reason` is the engine's own sentence. */
export function engineRefused(asked: string, status: number, reason: string): DeBuildError {
  return failure('engine-refused', {
    what: `The Docker Engine refused ${asked}.`,
    why: `It answered ${status}${reason === '' ? ' without a reason.' : `: ${sentence(reason)}`}`,
    fix: 'Change what it complains about. If that makes no sense, see whether `docker` itself can do it on this engine.',
  });
}

/** A status of 404: an image, a container, or a call that this engine does not have. */
export function engineObjectMissing(asked: string, reason: string): DeBuildError {
  return failure('engine-object-missing', {
    what: `The Docker Engine has nothing at ${asked}.`,
    why: reason === '' ? 'It answered 404 without a reason.' : `It answered 404: ${sentence(reason)}`,
    fix: 'Check the name; `docker image ls` shows the images of this engine.',
  });
}

/** A status of 500 and more; `reason` is the engine's own sentence. */
export function engineFailed(asked: string, status: number, reason: string): DeBuildError {
  const isFull = /no space left on device/i.test(reason);
  return failure('engine-failed', {
    what: `The Docker Engine failed at ${asked}.`,
    why: `It answered ${status}${reason === '' ? ' without a reason.' : `: ${sentence(reason)}`}`,
    fix: isFull
      ? 'Make room on the disk that holds the engine: `de-build prune`, `docker image prune`.'
      : "Look at the engine's log (`journalctl -u docker`); restarting it often helps.",
  });
}

/** It answered before, and broke off. */
export function engineLost(endpoint: string, during: string, cause?: unknown): DeBuildError {
  return failure('engine-lost', {
    what: `The connection to the Docker Engine at ${endpoint} broke during ${during}.`,
    why: 'The engine stopped, was restarted or crashed, or the network in between failed.',
    fix: 'See whether it is up (`docker version`) and what its log says (`journalctl -u docker`), then run this again.',
    cause,
  });
}

/** It keeps the connection open and neither sends anything nor answers a ping. */
export function engineIdle(endpoint: string, during: string, seconds: number): DeBuildError {
  return failure('engine-idle', {
    what: `The Docker Engine at ${endpoint} went silent during ${during}.`,
    why: `It sent nothing for ${seconds} s and answers no other request either.`,
    fix: 'Restart the engine (`sudo systemctl restart docker`) and look at its log (`journalctl -u docker`), then run this again.',
  });
}

/** An answer that does not hold what every engine's answer holds. */
export function engineAnswerUnreadable(asked: string, why: string): DeBuildError {
  return failure('engine-answer-unreadable', {
    what: `The Docker Engine's answer to ${asked} cannot be understood.`,
    why: sentence(why),
    fix: 'Check that nothing between this machine and the engine (a proxy, a socket filter) changes its answers.',
  });
}

export function failure(code: string, rest: Omit<Failure, 'code' | 'exitCode'>): DeBuildError {
  return new DeBuildError({ code, exitCode: EXIT.engine, ...rest });
}
