import { DeBuildError } from './de-build-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** A pattern that Docker's own matcher refuses, too. */
export function ignorePatternMalformed(pattern: string): DeBuildError {
  return failure('ignore-pattern-malformed', EXIT.checks, {
    what: `The ignore pattern ${quote(pattern)} cannot be understood.`,
    why: 'A `[` needs its `]` with something between them, a range needs its smaller end first, and a `!` or a `\\` needs something after it.',
    fix: 'Correct the line in .dockerignore, or put a `\\` in front of a character that stands for itself.',
  });
}

export function ignoreFileUnreadable(file: string, reason: string, cause?: unknown): DeBuildError {
  return failure(
    'ignore-file-unreadable',
    EXIT.checks,
    {
      what: `The ignore file ${file} cannot be read.`,
      why: reason,
      fix: 'Correct the file or its permissions: without it, files would be sent that must stay here.',
    },
    cause,
  );
}

/** `path` is relative to the context. */
export function contextUnreadable(path: string, cause: unknown): DeBuildError {
  return failure(
    'context-unreadable',
    EXIT.checks,
    {
      what: `${quote(path)} in the build context cannot be read.`,
      why: reasonOf(cause) ?? 'The system gave no reason.',
      fix: 'Make it readable for the user who builds, or add it to .dockerignore.',
    },
    cause,
  );
}

export function contextFolderMissing(folder: string, cause?: unknown): DeBuildError {
  return failure(
    'context-folder-missing',
    EXIT.checks,
    {
      what: `The build context ${folder} is not a folder that can be read.`,
      why: reasonOf(cause) ?? 'There is something else of that name.',
      fix: 'Correct `context` in de-build.json, or the permissions of the folder.',
    },
    cause,
  );
}

/** A file went, came or changed between being listed and being sent. */
export function contextChanged(path: string, change: string): DeBuildError {
  return failure('context-changed', EXIT.build, {
    what: `${quote(path)} changed while the build context was being sent.`,
    why: `${change} The image would hold a mix of two states.`,
    fix: 'Run it again when nothing writes there, or add the file to .dockerignore if the image does not need it.',
  });
}

/** Mostly a sparse file: a disk image or a database's, of which every hole would be sent. */
export function contextFileTooLarge(path: string, sizeBytes: number, mostBytes: number): DeBuildError {
  const gigabytes = (bytes: number) => `${Math.floor(bytes / 2 ** 30)} GiB`;
  return failure('context-file-too-large', EXIT.build, {
    what: `${quote(path)} in the build context is ${gigabytes(sizeBytes)} long.`,
    why: `Files of more than ${gigabytes(mostBytes)} are not sent, holes in them included: they would fill the engine's disk.`,
    fix: 'Move it out of the site, or add it to .dockerignore.',
  });
}

export function contextNameNotUtf8(path: string): DeBuildError {
  return failure('context-name-not-utf8', EXIT.checks, {
    what: `The build context holds a file whose name is not UTF-8: ${quote(path)}.`,
    why: 'The engine takes names as UTF-8 text only; \\x marks the bytes that are not.',
    fix: 'Rename the file, delete it, or add a pattern for it to .dockerignore.',
  });
}

function failure(
  code: string,
  exitCode: ExitCode,
  words: { readonly what: string; readonly why: string; readonly fix: string },
  cause?: unknown,
): DeBuildError {
  return new DeBuildError({ code, exitCode, ...words, ...(cause === undefined ? {} : { cause }) });
}

/** The system's own sentence: `EACCES: permission denied, open '…'`. */
function reasonOf(cause: unknown): string | undefined {
  const message = (cause as Error | undefined)?.message;
  return message === undefined ? undefined : `${message.replace(/\.$/, '')}.`;
}

/** Names may hold anything, line breaks too. */
function quote(name: string): string {
  return JSON.stringify(name).replaceAll('\\\\x', '\\x');
}
