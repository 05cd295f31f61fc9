import type { GuardedIo } from '../guarded-io.ts';
import type { StopReason } from '../io.ts';
import { UsageError } from '../parse/usage-error.ts';
import { exitCodeOf } from '../stop-signal.ts';

/** What is known about the failed call. */
export interface FailedCall {
  readonly command?: string | undefined;
  /** Its secrets must not appear anywhere. */
  readonly site?: string | undefined;
  /** Of standard output. */
  readonly form?: string;
  readonly isVerbose?: boolean;
  /** Whether the command changes a site. */
  readonly isChange?: boolean;
  readonly stopped?: StopReason | undefined;
}

const INTERRUPTED = 130;

/** Presents what was thrown: to people on standard error, to scripts on standard output. @returns the exit code */
export async function presentFailure(thrown: unknown, io: GuardedIo, call: FailedCall): Promise<number> {
  const { learnSecrets, makeVisible, systemLimit } = await import('@de-build/core');
  const { describeFailure } = await import('./failure.ts');
  const { failureText } = await import('./failure-text.ts');
  const error = systemLimit(thrown) ?? thrown;
  // An unknown command may be the token, pasted in the wrong place.
  if (error instanceof UsageError && call.site !== undefined)
    await learnSecrets(call.site, io.redactor, io.environment);
  const { command, isVerbose = false, stopped, form } = call;
  // Before lines are wrapped: half a secret is not recognised.
  const redact = (text: string) => io.redactor.redact(text);
  const failure = describeFailure(error, { clean: redact, command });
  const exitCode =
    failure.exitCode === INTERRUPTED && stopped !== undefined ? exitCodeOf(stopped) : failure.exitCode;
  const document = { ...failure, exitCode };
  if (form === 'json') io.stdout.write(`${JSON.stringify({ error: document }, undefined, 2)}\n`);
  if (form === 'events') {
    const { writeJsonLine } = await import('../progress/json-lines.ts');
    writeJsonLine(io.stdout, { type: 'failed', ...document });
  }
  // Whoever read our output has left, and expects nothing more; only a change that was broken off is told.
  if (stopped === 'EPIPE' && !call.isChange && failure.exitCode === INTERRUPTED) return exitCode;
  const { hasColours, columns } = io.stderr;
  const clean = (text: string) => makeVisible(redact(text));
  io.stderr.write(failureText(error, { hasColours, columns, isVerbose, clean, command, exitCode }));
  return exitCode;
}
