import { spawn } from 'node:child_process';
import { workspaceFile } from '@de-build/testbed';

/** What was seen of the processes below another. */
export interface WatchedProcesses {
  /** `argv of git-remote-http`: which process held a text it must not hold, and where. */
  readonly leaks: readonly string[];
  /** The commands that were seen, each once. */
  readonly commands: readonly string[];
  /** The commands of processes whose memory a core dump would have held. */
  readonly dumpable: readonly string[];
  /** How often all of them were looked at. */
  readonly looks: number;
  /** How many processes there were. */
  readonly seen: number;
}

export interface ProcessWatch {
  /** Settles when the first look is done. */
  readonly watching: Promise<void>;
  /** Settles when the process has ended. */
  end(): Promise<WatchedProcesses>;
}

/**
 * Looks at the arguments and the environment of a process and of all below it, about a thousand times a second, for texts
 * that must not be there. A separate process does it, which gets the texts on its standard input.
 */
export function watchProcesses(pid: number, texts: readonly string[]): ProcessWatch {
  if (texts.length === 0) {
    const nothing = { leaks: [], commands: [], dumpable: [], looks: 0, seen: 0 };
    return { watching: Promise.resolve(), end: async () => nothing };
  }
  const script = workspaceFile('tests/engine/watch-processes.mjs');
  const watcher = spawn(process.execPath, [script, String(pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  const watching = new Promise<void>((resolve) => {
    watcher.stdout.setEncoding('utf8').on('data', (piece: string) => {
      output += piece;
      if (output.includes('\n')) resolve();
    });
    watcher.on('close', () => resolve());
  });
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
    watching,
    async end() {
      await ended;
      return JSON.parse(output.slice(output.indexOf('\n') + 1)) as WatchedProcesses;
    },
  };
}
