import type { Finding, Redactor } from '@de-build/core';
import type { Io, StopReason, Terminal } from './io.ts';
import type { Progress, Renderer } from './render/renderer.ts';
import { exitCodeOf } from './stop-signal.ts';

/** Everything a command says goes through here, and so through the redactor. */
export interface Output {
  write(text: string): void;
  renderer(progress: Progress): Promise<Renderer>;
  /** Presents what was thrown. @returns the exit code it asks for */
  fail(error: unknown, stopped?: StopReason): Promise<number>;
  /** Presents what could not be read, beside what could. @returns the exit code */
  tellProblems(problems: readonly Finding[]): Promise<number>;
}

export interface OutputOptions {
  readonly isVerbose: boolean;
  /** The one that core was given, so that it knows the site's secrets. */
  readonly redactor?: Redactor;
}

const UNREADABLE_RECORD = 9;

export function openOutput(io: Io, { isVerbose, redactor }: OutputOptions): Output {
  const clean = (text: string) => redactor?.redact(text) ?? text;
  const stdout = redacting(io.stdout, clean);
  const stderr = redacting(io.stderr, clean);
  return {
    write: stdout.write,
    async renderer(progress) {
      const { createRenderer } = await import('./render/create-renderer.ts');
      return createRenderer(progress, stdout);
    },
    async fail(error, stopped) {
      const { isDeBuildError, makeVisible } = await import('@de-build/core');
      const { renderFailure } = await import('./render/failure.ts');
      const { hasColours, columns } = stderr;
      const options = { hasColours, columns, isVerbose, clean: (text: string) => makeVisible(clean(text)) };
      stderr.write(renderFailure(error, options));
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

function redacting(terminal: Terminal, clean: (text: string) => string): Terminal {
  return {
    get isTTY() {
      return terminal.isTTY;
    },
    get hasColours() {
      return terminal.hasColours;
    },
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows;
    },
    write: (text) => terminal.write(clean(text)),
  };
}
