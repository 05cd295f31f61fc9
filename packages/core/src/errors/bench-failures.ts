import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function benchCommandFailed(command: string, exitCode: number, output: string): DeBuildError {
  return new DeBuildError({
    code: 'bench-command-failed',
    what: `\`bench ${command}\` failed.`,
    why: `It ended with exit code ${exitCode}; the end of its output follows.`,
    fix: 'Correct what it reports, and run it again.',
    exitCode: EXIT.deployment,
    output: output.trim(),
  });
}

/** Our own program in a container of the site's image. */
export function benchToolFailed(action: string, exitCode: number, output: string): DeBuildError {
  return new DeBuildError({
    code: 'bench-tool-failed',
    what: `The bench could not be asked (${action}).`,
    why: `A program in a container of the site's image ended with exit code ${exitCode}; the end of its output follows. It uses python3, and the client of MariaDB with the settings in site_config.json.`,
    fix: 'Check that the database runs, and that `bench --site SITE mariadb` works in that container.',
    exitCode: EXIT.deployment,
    output: output.trim(),
  });
}
