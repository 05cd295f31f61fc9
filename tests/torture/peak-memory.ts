import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export interface WatchedRun {
  readonly exitCode: number | null;
  readonly output: string;
  readonly seconds: number;
  /** The highest resident size, in megabytes. */
  readonly peak: number;
}

/** Runs a Node program, and watches its memory. */
export async function watchMemory(
  args: readonly string[],
  options: {
    readonly folder: string;
    readonly environment?: NodeJS.ProcessEnv;
    readonly signal: AbortSignal;
  },
): Promise<WatchedRun> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: options.folder,
    env: options.environment ?? process.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  const watch = setInterval(async () => {
    peak = Math.max(peak, await peakOf(child.pid as number));
  }, 100);
  const [exitCode] = await once(child, 'close', { signal: options.signal });
  clearInterval(watch);
  return { exitCode, output, seconds: (performance.now() - started) / 1000, peak };
}

/** The highest resident size of a process, in megabytes; 0 if it is gone. */
export async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}
