import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { systemAnswer } from './system-answer.ts';

/** The folder in which git finds its settings, and the token for the one host that it asks. */
export function temporaryFolderNotWritten(place: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'temporary-folder-not-written',
    what: `No folder for git's settings could be made in ${place}.`,
    why: `The system answered ${systemAnswer(cause)}. Without one, git would have to be given the token where other programs see it.`,
    fix: 'Make room there, or name another folder for such files: it is made in XDG_RUNTIME_DIR, in TMPDIR, or in /tmp.',
    exitCode: EXIT.record,
    cause,
  });
}

export function temporaryFolderNotRemoved(folder: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'temporary-folder-not-removed',
    what: `${folder} could not be removed.`,
    why: `The system answered ${systemAnswer(cause)}. It may hold the token that a git host was asked with, readable by this user alone.`,
    fix: `Check the disk, then remove it: \`rm -r ${folder}\`. The next de-build tries that, too.`,
    exitCode: EXIT.record,
    cause,
  });
}
