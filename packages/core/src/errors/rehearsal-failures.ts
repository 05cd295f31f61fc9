import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** @param host `db_host` of common_site_config.json */
export function databaseImageUnknown(project: string, host: string): DeBuildError {
  return new DeBuildError({
    code: 'database-image-unknown',
    what: `The image of the database of ${project} is not known.`,
    why:
      host === ''
        ? 'common_site_config.json has no db_host.'
        : `db_host is ${host}, and no service or container on this engine has that name.`,
    fix: 'Name an image with the same MariaDB in de-build.json: `"backup": { "databaseImage": "mariadb:10.11" }`.',
    exitCode: EXIT.deployment,
  });
}

/** @param why a sentence */
export function throwAwayFailed(why: string, output: string): DeBuildError {
  return new DeBuildError({
    code: 'throw-away-failed',
    what: 'The throw-away database did not start.',
    why,
    fix: "Correct what it reports. It runs the image of the project's database, or `backup.databaseImage` of de-build.json, which must be MariaDB.",
    exitCode: EXIT.deployment,
    output: output.trim(),
  });
}
