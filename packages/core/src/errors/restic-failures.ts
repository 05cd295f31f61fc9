import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

export function resticMissing(cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'restic-missing',
    what: 'The program restic does not exist on this machine.',
    why: 'The backups are in a restic repository, and `restic` is not in PATH.',
    fix: 'Install it, as with `apt install restic`; or keep backups in a folder, with `--to FOLDER`.',
    exitCode: EXIT.deployment,
    cause,
  });
}

export function resticFailed(
  repository: string,
  command: string,
  exitCode: number | null,
  output: string,
): DeBuildError {
  return new DeBuildError({
    code: 'restic-failed',
    what: `\`restic ${command}\` failed on the repository ${repository}.`,
    why:
      exitCode === null
        ? 'It was ended.'
        : `It ended with exit code ${exitCode}; the end of its output follows.`,
    fix: `Check that \`restic -r ${repository} snapshots\` works. A new repository is made with \`restic -r ${repository} init\`; its password is RESTIC_PASSWORD in the env file, or RESTIC_PASSWORD_FILE in the environment.`,
    exitCode: EXIT.deployment,
    output: output.trim(),
  });
}
