import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { sentence } from './sentence.ts';
import { systemAnswer } from './system-answer.ts';

/**
 * The run was stopped by its signal. `operation` is the command without the program's name: `archive 1.4.0`. `done` says
 * what had been done by then; without it nothing is claimed. The code says `release` for every operation.
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

export function journalNotWritten(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'journal-not-written',
    what: `${path} could not be written, so the run was stopped.`,
    why: `The system answered ${systemAnswer(cause)}. A run writes down what it is about to do, so that the next run can finish it if this one dies. Nothing was tagged or recorded.`,
    fix: 'Free some disk space (`de-build prune` frees build cache), or give the user who runs de-build permission to write there; then run `de-build` again.',
    exitCode: EXIT.record,
    cause,
  });
}

/** The journal is written whole or not at all, so it was edited, or another de-build wrote it. */
export function journalUnreadable(path: string, cause: unknown): DeBuildError {
  return new DeBuildError({
    code: 'journal-unreadable',
    what: `${path} cannot be read.`,
    why: 'It holds the unfinished work of a run that died. Another version of de-build wrote it, it was edited, or the system does not let it be read.',
    fix: 'Run the de-build that wrote it; or delete the file, and run `de-build doctor` to see what is left to repair.',
    exitCode: EXIT.record,
    cause,
  });
}
