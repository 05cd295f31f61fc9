import { DeBuildError } from './de-build-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * Docker's own matcher refuses such a pattern too.
 * @param cause what is wrong with the regular expression that Docker makes of it
 */
export function ignorePatternMalformed(pattern: string, cause?: Error): DeBuildError {
  return failure(
    'ignore-pattern-malformed',
    EXIT.checks,
    {
      what: `The ignore pattern ${quote(pattern)} is invalid.`,
      why:
        cause === undefined
          ? 'A `[` needs a `]` with something between them, a bare `-` there must make a range, and something must follow a `!` or a `\\`.'
          : `Docker matches it as a regular expression: ${cause.message.replace(/^error parsing regexp: /, '')}.`,
      fix: 'Correct the line in .dockerignore; a `\\` in front of a sign such as `[` or `{` makes it literal.',
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
      fix: 'Make it readable for this user, or add it to .dockerignore.',
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
      why: reasonOf(cause) ?? 'It is not a folder.',
      fix: 'Correct `context` in de-build.json, or the permissions of the folder.',
    },
    cause,
  );
}

/** A file was removed, added or changed between the listing and the sending. */
export function contextChanged(path: string, change: string): DeBuildError {
  return failure('context-changed', EXIT.build, {
    what: `${quote(path)} changed while the build context was being sent.`,
    why: `${change} The image would contain a mix of two states.`,
    fix: 'Run it again when nothing writes to it, or add the file to .dockerignore if the image does not need it.',
  });
}

/** Usually a sparse file, whose holes would be sent too. */
export function contextFileTooLarge(path: string, sizeBytes: number, mostBytes: number): DeBuildError {
  const gigabytes = (bytes: number) => `${Math.floor(bytes / 2 ** 30)} GiB`;
  return failure('context-file-too-large', EXIT.build, {
    what: `${quote(path)} in the build context is ${gigabytes(sizeBytes)} long.`,
    why: `Files of more than ${gigabytes(mostBytes)}, even sparse ones, are not sent: they would fill the engine's disk.`,
    fix: 'Move it out of the site, or add it to .dockerignore.',
  });
}

export function contextNameNotUtf8(path: string): DeBuildError {
  return failure('context-name-not-utf8', EXIT.checks, {
    what: `A file name in the build context is not UTF-8: ${quote(path)}.`,
    why: 'The engine accepts only UTF-8 names; \\x marks the invalid bytes.',
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
