import { type ChildProcess, spawn } from 'node:child_process';
import { workspaceFile } from '@de-build/testbed';
import { type WatchedProcesses, watchProcesses } from './watch-processes.ts';

/** The program itself, for Node to run. */
export const DE_BUILD = workspaceFile('packages/cli/bin/de-build.cjs');

export interface CliOptions {
  /** The folder it is called in. */
  readonly folder: string;
  /** Gives it a terminal, for its live view. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Variables in addition to PATH and HOME. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Texts that no process below it may have in its arguments or its environment. */
  readonly watchFor?: readonly string[];
  /** Called with each piece of what it writes. */
  readonly onOutput?: (text: string, child: ChildProcess) => void;
  /** A command that runs the command that follows it, such as `setpriv`. */
  readonly through?: readonly string[];
}

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came. */
  readonly output: string;
  readonly durationMs: number;
  /** Of those below it; nothing unless there was something to watch for. */
  readonly processes: WatchedProcesses;
}

/** Runs the real `de-build`, as a separate process. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const started = performance.now();
  const command = [...(options.through ?? []), process.execPath, DE_BUILD, ...args];
  const { columns, rows } = options.terminal ?? {};
  const [file = '', ...rest] =
    columns === undefined
      ? command
      : [
          'script',
          '--quiet',
          '--return',
          `--command=stty cols ${columns} rows ${rows}; exec ${command.map(quote).join(' ')}`,
          '/dev/null',
        ];
  const { PATH, HOME } = process.env;
  // It waits for a signal to start, so that none of its processes is missed.
  const child = spawn('sh', ['-c', 'read -r _; exec "$@" </dev/null', 'sh', file, ...rest], {
    cwd: options.folder,
    env: { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const watch = watchProcesses(child.pid as number, options.watchFor ?? []);
  child.stdin.on('error', () => undefined);
  void watch.watching.then(() => child.stdin.end('\n'));
  const pieces = { stdout: [] as Buffer[], stderr: [] as Buffer[], output: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      pieces[name].push(piece);
      pieces.output.push(piece);
      options.onOutput?.(piece.toString('utf8'), child);
    });
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 128)));
  });
  const text = (name: keyof typeof pieces) => Buffer.concat(pieces[name]).toString('utf8');
  return {
    exitCode,
    stdout: text('stdout'),
    stderr: text('stderr'),
    output: text('output'),
    durationMs: performance.now() - started,
    processes: await watch.end(),
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
