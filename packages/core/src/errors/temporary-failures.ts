import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { systemAnswer } from './system-answer.ts';

/** The folder in which git finds its settings and the token for one host. */
export function temporaryFolderNotWritten(place: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'temporary-folder-not-written',
    what: `No folder for git's settings could be created in ${place}.`,
    why: `The system answered ${systemAnswer(cause)}. Without it, git would get the token in a place that other programs can read.`,
    fix: 'Free some space there, or set XDG_RUNTIME_DIR or TMPDIR to another folder.',
    exitCode: EXIT.record,
    cause,
  });
}

export function temporaryFolderNotRemoved(folder: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'temporary-folder-not-removed',
    what: `${folder} could not be removed.`,
    why: `The system answered ${systemAnswer(cause)}. It may hold the token for a git host, readable only by this user.`,
    fix: `Check the disk, then run \`rm -r ${folder}\`. The next run of de-build tries to remove it, too.`,
    exitCode: EXIT.record,
    cause,
  });
}
