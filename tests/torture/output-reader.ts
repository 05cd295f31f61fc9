import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakOf } from './peak-memory.ts';

/** How what a command writes is read: where it goes, and for how long nobody reads at first, in ms. */
export const READERS = {
  'into a pipe': { isTerminal: false, pauseMs: 0 },
  'into a pipe that is not read for 10 s': { isTerminal: false, pauseMs: 10_000 },
  'on a terminal': { isTerminal: true, pauseMs: 0 },
} as const;

export type Reader = keyof typeof READERS;

export interface ReadRun {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** How much it wrote. */
  readonly bytes: number;
  /** The last of it. */
  readonly end: string;
  /** The highest resident size, in megabytes. */
  readonly peak: number;
}

const END = 2000;

/** Runs a Node program, reads what it writes in one of these ways, and watches its memory. */
export async function runWithReader(
  args: readonly string[],
  {
    folder,
    reader,
    signal,
  }: { readonly folder: string; readonly reader: Reader; readonly signal: AbortSignal },
): Promise<ReadRun> {
  const { isTerminal, pauseMs } = READERS[reader];
  const command = [process.execPath, ...args];
  const line = `stty cols 120 rows 40; exec ${command.map((word) => `'${word}'`).join(' ')}`;
  const [file = '', ...rest] = isTerminal
    ? ['script', '--quiet', '--return', `--command=${line}`, '/dev/null']
    : command;
  const started = performance.now();
  const child = spawn(file, rest, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SHELL: '/bin/sh', TERM: 'xterm-256color' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let bytes = 0;
  let end = '';
  let peak = 0;
  const watch = setInterval(async () => {
    const pid = isTerminal ? await onlyChildOf(child.pid as number) : child.pid;
    peak = Math.max(peak, await peakOf(pid as number));
  }, 100);
  const closed = once(child, 'close');
  if (pauseMs > 0) await Promise.race([sleep(pauseMs), closed]);
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
      end = (end + piece.toString('latin1')).slice(-END);
    });
  }
  const [exitCode] = await closed;
  clearInterval(watch);
  return { exitCode, seconds: (performance.now() - started) / 1000, bytes, end, peak };
}

async function onlyChildOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0]);
}
