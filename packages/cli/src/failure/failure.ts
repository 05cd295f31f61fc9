import type { DeBuildError, Finding } from '@de-build/core';
import { UsageError } from '../parse/usage-error.ts';

/** What every failure says: to people, and as `{ "error": … }` to scripts. */
export interface FailureDocument {
  /** Stable, kebab-case: one of docs/errors.md, `usage` or `bug`. */
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** What the process ends with; see docs/exit-codes.md. */
  readonly exitCode: number;
  /** The last lines that another program printed. */
  readonly output?: string;
  /** What the checks found, where they refused the command. */
  readonly findings?: readonly Finding[];
}

export interface FailureOptions {
  /** Every text passes it. */
  readonly clean: (text: string) => string;
  /** The command that was called. */
  readonly command?: string | undefined;
  readonly isVerbose?: boolean;
}

/** Anything but a `DeBuildError` and a usage error is a bug of ours, and is called one. */
export function describeFailure(error: unknown, options: FailureOptions): FailureDocument {
  const { clean, command, isVerbose = false } = options;
  if (error instanceof UsageError) {
    const help = command === undefined ? 'de-build --help' : `de-build ${command} --help`;
    return {
      code: 'usage',
      what: clean(error.message),
      why: 'The command line is not valid.',
      fix: `Run \`${help}\` to see what there is.`,
      exitCode: 2,
    };
  }
  if (!isExpected(error)) {
    const where = isVerbose ? 'what is below' : 'what the same command prints with `--verbose`';
    return {
      code: 'bug',
      what: 'de-build met an error that it did not foresee.',
      why: clean(messageOf(error)),
      fix: `This is a bug in de-build. Please report it with ${where}.`,
      exitCode: 1,
    };
  }
  const { code, what, why, fix, exitCode, output } = error;
  return {
    code,
    what: clean(what),
    why: clean(why),
    fix: clean(fix),
    exitCode,
    ...(output === undefined ? {} : { output: clean(output) }),
  };
}

export function messageOf(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}

/** By its shape: this module is loaded when nothing else of core is. */
function isExpected(error: unknown): error is DeBuildError {
  return isErrorLike(error) && error.name === 'DeBuildError' && 'exitCode' in error;
}

/** Errors of another realm are not `instanceof` ours. */
export function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}
