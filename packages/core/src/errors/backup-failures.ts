import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';

/** @param why a sentence */
export function dumpIncomplete(site: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'dump-incomplete',
    what: `The dump of the database of ${site} is not complete.`,
    why,
    fix: 'Check the log of the database, and run it again.',
    exitCode: EXIT.deployment,
  });
}

/** A recorded backup is gone, or is another file now. @param why a sentence */
export function backupDamaged(path: string, why: string): DeBuildError {
  return new DeBuildError({
    code: 'backup-damaged',
    what: `The backup ${path} cannot be used.`,
    why,
    fix: 'Put the file back from a copy, and run it again.',
    exitCode: EXIT.deployment,
  });
}
