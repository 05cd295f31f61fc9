import type { DeBuildError } from '@de-build/core';
import type { Failure } from '../documents.ts';
import { UsageError } from '../parse/usage-error.ts';

export interface FailureOptions {
  /** All texts are redacted by it. */
  readonly clean: (text: string) => string;
  /** The command that was called. */
  readonly command?: string | undefined;
  readonly isVerbose?: boolean;
}

/** Anything but a `DeBuildError` and a usage error is reported as a bug in de-build. */
export function describeFailure(error: unknown, options: FailureOptions): Failure {
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
  const { output, ...document } = error.toJSON();
  return {
    ...document,
    what: clean(error.what),
    why: clean(error.why),
    fix: clean(error.fix),
    ...(output === undefined ? {} : { output: clean(output) }),
  };
}

export function messageOf(error: unknown): string {
  if (!isErrorLike(error)) return String(error);
  return error.message === '' ? error.name : `${error.name}: ${error.message}`;
}

/** Recognised by its shape, because this module is loaded without the rest of core. */
function isExpected(error: unknown): error is DeBuildError {
  return isErrorLike(error) && error.name === 'DeBuildError' && 'exitCode' in error;
}

/** Errors of another realm are not `instanceof` ours. */
export function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}
