import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function composeMissing(): DeBuildError {
  return new DeBuildError({
    code: 'compose-missing',
    what: 'Docker Compose was not found.',
    why: 'Neither `docker compose version` nor `docker-compose version` works here, and the services of a project are replaced with it.',
    fix: 'Install the Compose plugin of Docker (package docker-compose-plugin or docker-compose), version 2 or later.',
    exitCode: EXIT.engine,
  });
}

/** @param command as a person would type it, without the project's own options */
export function composeFailed(command: string, exitCode: number | null, output: string): DeBuildError {
  return new DeBuildError({
    code: 'compose-failed',
    what: `\`${command}\` failed.`,
    why: exitCode === null ? 'It was ended.' : `It ended with exit code ${exitCode}; its output follows.`,
    fix: 'Correct what it reports, and run it again.',
    exitCode: EXIT.engine,
    output: output.trim(),
  });
}

export function composeTooSlow(command: string, seconds: number, output: string): DeBuildError {
  return new DeBuildError({
    code: 'compose-too-slow',
    what: `\`${command}\` did not end within ${seconds} s.`,
    why: 'It waits for a container that does not become ready; its output follows.',
    fix: 'See `docker compose ps --all` and `docker compose logs` for the container.',
    exitCode: EXIT.engine,
    output: output.trim(),
  });
}
