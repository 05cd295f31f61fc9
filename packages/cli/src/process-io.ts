import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { keepMemoryOutOfCoreDumps } from '@de-build/core';
import type { Io, StopReason, Terminal } from './io.ts';
import { wantsColours } from './terminal/colours.ts';

const UNWRITTEN = 1;
/** How long an interrupted process waits for its output to be read. */
const UNREAD_MS = 1000;

/** The real process: its streams, environment, folder and signals. Excludes its memory from core dumps. */
export function processIo(folder = process.cwd()): Io {
  keepMemoryOutOfCoreDumps();
  const listeners = new Set<(reason: StopReason) => void>();
  const tell = (reason: StopReason) => {
    for (const listener of listeners) listener(reason);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const stream of [process.stdout, process.stderr]) {
    let hasFailed = false;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') tell('EPIPE');
      else if (!hasFailed) failAtExit(stream, error);
      hasFailed = true;
    });
  }
  return {
    stdout: terminalOf(process.stdout),
    stderr: terminalOf(process.stderr),
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    environment: process.env,
    folder,
    onStop(listener) {
      let isStopped = false;
      const stop = (reason: StopReason) => {
        isStopped = true;
        listener(reason);
      };
      const handlers = signals.map((signal) => [signal, () => stop(signal)] as const);
      for (const [signal, handler] of handlers) process.on(signal, handler);
      listeners.add(stop);
      return () => {
        for (const [signal, handler] of handlers) {
          process.off(signal, handler);
          // The work is done, and the exit code must say so; the next signal ends a process that hangs.
          process.once(signal, endUnread);
        }
        listeners.delete(stop);
        if (isStopped) endUnread();
      };
    },
    onUnexpected({ crash, warning }) {
      process.on('uncaughtException', crash);
      // Node prints them itself, unless it is configured not to.
      if (process.listenerCount('warning') === 0) return;
      process.removeAllListeners('warning').on('warning', warning);
    },
    exitNow: (code) => process.exit(code),
  };
}

/** Nothing else keeps the process alive than output that nobody reads. */
function endUnread(): void {
  const isUnread = () => process.stdout.writableLength + process.stderr.writableLength > 0;
  setTimeout(() => isUnread() && process.exit(), UNREAD_MS).unref();
}

/** What was not written is no success, although the work is done: the disk is full, for example. */
function failAtExit(stream: WriteStream, { code, syscall }: NodeJS.ErrnoException): void {
  process.once('exit', () => {
    process.exitCode ||= UNWRITTEN;
  });
  if (stream === process.stdout)
    process.stderr.write(`Standard output could not be written: ${code ?? syscall ?? 'unknown error'}.\n`);
}

function terminalOf(stream: WriteStream): Terminal {
  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get hasColours() {
      return wantsColours(process.env, stream.isTTY === true);
    },
    get canRedraw() {
      return stream.isTTY === true && process.env.TERM !== 'dumb';
    },
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    write(text) {
      stream.write(text);
    },
    async drained() {
      if (stream.writableNeedDrain)
        await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => undefined);
    },
  };
}
