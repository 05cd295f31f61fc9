import type { Io, StopReason, UnexpectedListener } from './io.ts';

/** An `Io` that records its calls; for tests. */
export interface FakeIo extends Io {
  readonly written: { stdout: string; stderr: string };
  /** Every code that the process would have ended with at once. */
  readonly exits: readonly number[];
  /** Simulates the signal. */
  stop(reason: StopReason): void;
  /** Simulates an uncaught error, or a warning of Node. */
  crash(error: unknown): void;
  warn(warning: Error): void;
}

export interface FakeIoOptions {
  readonly columns?: number;
  readonly isTTY?: boolean;
  readonly hasColours?: boolean;
  readonly environment?: Io['environment'];
  readonly folder?: string;
}

export function fakeIo(options: FakeIoOptions = {}): FakeIo {
  const { columns = 80, isTTY = false, hasColours = false, environment = {}, folder = '/nowhere' } = options;
  const written = { stdout: '', stderr: '' };
  const exits: number[] = [];
  let unexpected: UnexpectedListener | undefined;
  const listeners = new Set<(reason: StopReason) => void>();
  const terminal = (name: 'stdout' | 'stderr') => ({
    isTTY,
    hasColours,
    canRedraw: isTTY,
    columns,
    rows: 24,
    write: (text: string) => {
      written[name] += text;
    },
    drained: async () => undefined,
  });
  return {
    written,
    exits,
    stop: (reason) => {
      for (const listener of listeners) listener(reason);
    },
    stdout: terminal('stdout'),
    stderr: terminal('stderr'),
    isInteractive: isTTY,
    environment,
    folder,
    onStop(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onUnexpected: (listener) => {
      unexpected = listener;
    },
    crash: (error) => unexpected?.crash(error),
    warn: (warning) => unexpected?.warning(warning),
    exitNow: (code) => exits.push(code),
  };
}
