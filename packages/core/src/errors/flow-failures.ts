import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';
import { systemAnswer } from './system-answer.ts';

/**
 * The run was stopped by its signal. `operation` is the command without its program (`archive 1.4.0`); `done` says what had
 * been done by then, and nothing is claimed without it. The code is older than the other flows.
 */
export function interrupted(operation: string, done = ''): DeBuildError {
  return new DeBuildError({
    code: 'release-interrupted',
    what: `\`de-build ${operation}\` was interrupted.`,
    why: `It was asked to stop before it had finished.${done === '' ? '' : ` ${sentence(done)}`}`,
    fix: 'Run it again.',
    exitCode: EXIT.interrupted,
  });
}

/** Nothing is named or recorded that the next run could not finish. */
export function journalNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'journal-not-written',
    what: `${path} could not be written, so the release went no further.`,
    why: `The system answered ${systemAnswer(cause)}. A release writes down what it is about to do, so that the next run can finish it should this one die. Nothing was tagged and nothing was recorded.`,
    fix: 'Make room on that disk (`de-build prune` frees build cache), or give the user who runs de-build permission to write there; then run `de-build` again.',
    exitCode: EXIT.record,
    cause,
  });
}

/** It is written whole or not at all, so somebody has edited it, or a newer de-build wrote it. */
export function journalUnreadable(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'journal-unreadable',
    what: `${path} cannot be understood.`,
    why: 'A run that died has left it for the next one to finish. This de-build did not write it, or it was edited, or it cannot be read.',
    fix: 'Run the de-build that wrote it; or delete the file, and see with `de-build doctor` what is left to mend.',
    exitCode: EXIT.record,
    cause,
  });
}
