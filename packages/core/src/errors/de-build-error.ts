import type { ExitCode } from './exit-codes.ts';

/** What an expected failure tells a person, and a script. */
export interface Failure {
  /** Stable, kebab-case name of the failure, e.g. `engine-unreachable`. Scripts match on this, never on text. */
  readonly code: string;
  /** One sentence: what did not work. */
  readonly what: string;
  /** One or two sentences: why. */
  readonly why: string;
  /** What to do about it, in the imperative; names the command or the line to change. */
  readonly fix: string;
  readonly exitCode: ExitCode;
  /** The last lines another program printed, trimmed; shown apart from our own words. */
  readonly output?: string;
  readonly cause?: unknown;
}

/**
 * The one error class of de-build. Every expected failure is made by a function of the catalogue
 * (`errors/*-failures.ts`); anything else that is thrown is a bug.
 */
export class DeBuildError extends Error implements Failure {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly exitCode: ExitCode;
  readonly output?: string;

  constructor(failure: Failure) {
    super(
      `${failure.what} ${failure.why}`,
      failure.cause === undefined ? undefined : { cause: failure.cause },
    );
    this.name = 'DeBuildError';
    this.code = failure.code;
    this.what = failure.what;
    this.why = failure.why;
    this.fix = failure.fix;
    this.exitCode = failure.exitCode;
    if (failure.output !== undefined) this.output = failure.output;
  }
}

export function isDeBuildError(error: unknown): error is DeBuildError {
  return error instanceof Error && error.name === 'DeBuildError' && 'exitCode' in error;
}
