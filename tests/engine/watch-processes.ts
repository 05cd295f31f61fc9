import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What was seen of the processes below another. */
export interface WatchedProcesses {
  /** `argv of git-remote-http`: which process held a text it must not hold, and where. */
  readonly leaks: readonly string[];
  /** The commands that were seen, each once. */
  readonly commands: readonly string[];
}

/**
 * Looks at the arguments and the environment of a process and of all below it, about a thousand times a second, for texts
 * that must not be there. A process of its own does it, which is given the texts on its standard input.
 */
export function watchProcesses(pid: number, texts: readonly string[]): { end(): Promise<WatchedProcesses> } {
  if (texts.length === 0) return { end: async () => ({ leaks: [], commands: [] }) };
  const script = join(import.meta.dirname, 'watch-processes.mjs');
  const watcher = spawn(process.execPath, [script, String(pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output: Buffer[] = [];
  watcher.stdout.on('data', (piece: Buffer) => output.push(piece));
  const ended = new Promise<void>((resolve, reject) => {
    watcher.on('error', reject);
    watcher.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The watcher of processes ended with ${code}.`)),
    );
  });
  ended.catch(() => {});
  watcher.stdin.on('error', () => {});
  watcher.stdin.end(JSON.stringify(texts));
  return {
    async end() {
      await ended;
      return JSON.parse(Buffer.concat(output).toString('utf8')) as WatchedProcesses;
    },
  };
}
