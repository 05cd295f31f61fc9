import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { startFailure } from './start-failure.ts';

export interface TerminalRun {
  /** The whole environment of the program: nothing is inherited. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Ends the program by SIGTERM. Ctrl-C reaches it by itself: it is in the foreground of the terminal. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program on our own input and outputs, which may be a terminal. What it prints is not redacted.
 * @returns its exit code; 128 and the signal's number when a signal ended it
 * @throws DeBuildError `program-missing`, `program-not-executable`, …
 */
export async function runInTerminal(
  program: string,
  args: readonly string[],
  { environment, folder, signal }: TerminalRun,
): Promise<number> {
  const child = spawn(program, args, { cwd: folder, env: { ...environment }, stdio: 'inherit' });
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw await startFailure(error, { program, folder });
  }
  const end = () => child.kill('SIGTERM');
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  signal.removeEventListener('abort', end);
  return code ?? 128 + (by === null ? 0 : constants.signals[by]);
}
