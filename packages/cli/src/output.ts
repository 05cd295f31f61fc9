import type { Finding } from '@de-build/core';
import type { GuardedIo } from './guarded-io.ts';
import type { StopReason } from './io.ts';
import type { Progress, Renderer } from './render/renderer.ts';
import { exitCodeOf } from './stop-signal.ts';

/** What a command says: its result to standard output, what went wrong to standard error. */
export interface Output {
  write(text: string): void;
  renderer(progress: Progress): Promise<Renderer>;
  /** Presents what was thrown. @returns the exit code it asks for */
  fail(error: unknown, stopped?: StopReason): Promise<number>;
  /** Presents what could not be read, beside what could. @returns the exit code */
  tellProblems(problems: readonly Finding[]): Promise<number>;
}

const UNREADABLE_RECORD = 9;

export function openOutput(
  { stdout, stderr, redactor }: GuardedIo,
  { isVerbose }: { readonly isVerbose: boolean },
): Output {
  return {
    write: (text) => stdout.write(text),
    async renderer(progress) {
      const { createRenderer } = await import('./render/create-renderer.ts');
      return createRenderer(progress, stdout);
    },
    async fail(error, stopped) {
      const { isDeBuildError, makeVisible } = await import('@de-build/core');
      const { renderFailure } = await import('./render/failure.ts');
      const { hasColours, columns } = stderr;
      // Before lines are broken: half a secret is not known for one.
      const clean = (text: string) => makeVisible(redactor.redact(text));
      stderr.write(renderFailure(error, { hasColours, columns, isVerbose, clean }));
      if (stopped !== undefined) return exitCodeOf(stopped);
      return isDeBuildError(error) ? error.exitCode : 1;
    },
    async tellProblems(problems) {
      if (problems.length === 0) return 0;
      const { findingLines } = await import('./render/finding-lines.ts');
      const { createStyle } = await import('./render/style.ts');
      const page = { columns: stderr.columns, style: createStyle(stderr.hasColours) };
      for (const problem of problems) stderr.write(`${findingLines(problem, page).join('\n')}\n`);
      return UNREADABLE_RECORD;
    },
  };
}
