import { omitUndefined } from '../omit-undefined.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Finding } from './finding.ts';

/** What an expected failure says to a person, and to a script. */
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
  readonly output?: string | undefined;
  /** What failed checks found. */
  readonly findings?: readonly Finding[];
  /** The secrets for which an image was refused. */
  readonly leaks?: readonly ListedLeak[];
  readonly cause?: unknown;
}

/** A secret that the audit found. */
export interface ListedLeak {
  /** The keys of `.env` that hold it. */
  readonly secret: string;
  /** Phrases; what must be fixed first comes first. */
  readonly places: readonly string[];
  /** How many more places there are, too many to be listed. */
  readonly omitted: number;
}

/** A failure as machine output has it: one document, stable like the codes in it. */
export interface ErrorDocument {
  readonly error: Omit<Failure, 'cause'>;
}

/**
 * The one error class of de-build. Every expected failure is made by a function of the catalogue, in the file that is named
 * after what throws it (`archive-failures.ts`), `usage-failures.ts` for values of options; what checks and `doctor` find is
 * made in `*-findings.ts`. Anything else that is thrown is a bug.
 */
export class DeBuildError extends Error implements Failure {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly exitCode: ExitCode;
  readonly output?: string;
  readonly findings?: readonly Finding[];
  readonly leaks?: readonly ListedLeak[];

  constructor({ cause, ...failure }: Failure) {
    super(`${failure.what} ${failure.why}`, cause === undefined ? undefined : { cause });
    this.name = 'DeBuildError';
    this.code = failure.code;
    this.what = failure.what;
    this.why = failure.why;
    this.fix = failure.fix;
    this.exitCode = failure.exitCode;
    if (failure.output) this.output = failure.output;
    if (failure.findings !== undefined) this.findings = failure.findings;
    if (failure.leaks !== undefined) this.leaks = failure.leaks;
  }

  /** What `JSON.stringify` writes: everything but the cause and the stack. */
  toJSON(): ErrorDocument['error'] {
    const { code, what, why, fix, exitCode, output, findings, leaks } = this;
    return omitUndefined({ code, what, why, fix, exitCode, output, findings, leaks });
  }
}

export function isDeBuildError(error: unknown): error is DeBuildError {
  return error instanceof Error && error.name === 'DeBuildError' && 'exitCode' in error;
}
