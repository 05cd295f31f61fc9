import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { watchProcesses } from './watch-processes.ts';

/** The program itself, for Node to run. */
export const DE_BUILD = join(import.meta.dirname, '../../packages/cli/bin/de-build.cjs');

export interface CliOptions {
  /** The folder it is called in. */
  readonly folder: string;
  /** Gives it a terminal of its own, in which it draws its live view. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  /** Variables besides PATH and HOME. */
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
  /** Processes below it that held a watched text, and the commands of all that were seen. */
  readonly processes: { readonly leaks: readonly string[]; readonly commands: readonly string[] };
}

/** Runs the real `de-build`, as a process of its own. */
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
  const child = spawn(file, rest, {
    cwd: options.folder,
    env: { PATH, HOME, SHELL: '/bin/sh', TERM: 'xterm-256color', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const watch = watchProcesses(child.pid as number, options.watchFor ?? []);
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
