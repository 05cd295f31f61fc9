import type { Io, StopReason } from './io.ts';

/** An `Io` that keeps what it is given; for tests. */
export interface FakeIo extends Io {
  readonly written: { stdout: string; stderr: string };
  /** Every code that the process would have ended with at once. */
  readonly exits: readonly number[];
  /** As if the signal came. */
  stop(reason: StopReason): void;
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
  const listeners = new Set<(reason: StopReason) => void>();
  const terminal = (name: 'stdout' | 'stderr') => ({
    isTTY,
    hasColours,
    columns,
    rows: 24,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return {
    written,
    exits,
    stop: (reason) => {
      for (const listener of listeners) listener(reason);
    },
    stdout: terminal('stdout'),
    stderr: terminal('stderr'),
    environment,
    folder,
    onStop(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => exits.push(code),
  };
}
