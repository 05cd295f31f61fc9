import { DeBuildError } from './de-build-error.ts';
import { EXIT } from './exit-codes.ts';
import { systemAnswer, systemCode } from './system-answer.ts';

export function programMissing(program: string, cause: unknown): DeBuildError {
  return failure('program-missing', cause, {
    what: `The program ${program} was not found.`,
    why: 'No program of that name is in PATH, or the interpreter that its first line names is missing.',
    fix: `Install ${program}, and check that it is in PATH.`,
  });
}

export function programNotExecutable(program: string, cause: unknown): DeBuildError {
  return failure('program-not-executable', cause, {
    what: `The program ${program} cannot be executed.`,
    why: 'The file in PATH is not marked as executable, or this user may not execute it.',
    fix: 'Correct the permissions of the file, or PATH.',
  });
}

/** The working directory is missing, is a file or may not be entered. */
export function programFolderUnusable(
  program: string,
  { folder, cause }: { readonly folder: string; readonly cause: unknown },
): DeBuildError {
  const reason = systemCode(cause) === 'ENOENT' ? 'The folder does not exist' : systemAnswer(cause);
  return failure('program-folder-unusable', cause, {
    what: `${program} could not be started in ${folder}.`,
    why: `${reason}.`,
    fix: 'Check that the folder still exists and that this user may enter it, then run it again.',
  });
}

/** E2BIG */
export function programArgumentsTooLong(program: string, cause: unknown): DeBuildError {
  return failure('program-arguments-too-long', cause, {
    what: `${program} could not be started, because its arguments are too long.`,
    why: 'The system limits the size of the arguments and the environment of a program (E2BIG).',
    fix: 'Unset large environment variables and run it again. If that does not help, report it as a bug.',
  });
}

/** No file descriptor, process or memory left. */
export function programNotStarted(program: string, cause: unknown): DeBuildError {
  const code = systemCode(cause);
  return failure('program-not-started', cause, {
    what: `${program} could not be started.`,
    why: `The system answered ${code}: ${EXPLANATIONS[code] ?? 'the program may not be started'}.`,
    fix: raiseLimit(code),
  });
}

/** An error of Node that says that the system has no more of something; `undefined` for any other. */
export function systemLimit(error: unknown): DeBuildError | undefined {
  const code = systemCode(error);
  const said = EXPLANATIONS[code];
  if (said === undefined) return undefined;
  return failure('system-limit', error, {
    what: 'The system gave de-build no more files, processes or memory.',
    why: `It answered ${code}: ${said}.`,
    fix: raiseLimit(code),
  });
}

function raiseLimit(code: string): string {
  return code === 'EMFILE'
    ? 'Raise the limit of open files (`ulimit -n`), then run it again.'
    : 'End other programs or raise the limits of this user (`ulimit -a`), then run it again.';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  EMFILE: 'de-build has too many open files',
  ENFILE: 'the system has too many open files',
  EAGAIN: 'the limit of processes is reached',
  ENOMEM: 'there is not enough memory',
};

function failure(
  code: string,
  cause: unknown,
  words: { readonly what: string; readonly why: string; readonly fix: string },
): DeBuildError {
  return new DeBuildError({ code, ...words, exitCode: EXIT.record, cause });
}
