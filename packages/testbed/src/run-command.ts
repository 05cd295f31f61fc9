import { spawn } from 'node:child_process';

export interface RunCommandOptions {
  readonly cwd?: string;
  /** The whole environment; this process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Written to the command's standard input. */
  readonly input?: string;
}

export interface EndedCommand {
  /** `null` after a signal. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, as they came. */
  readonly output: string;
}

/** Runs a command and returns its standard output, trimmed. Throws with the end of its error output if it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<string> {
  const { exitCode, signal, stdout, stderr } = await runToEnd(command, args, options);
  if (exitCode === 0) return stdout;
  const said = (stderr || stdout).split('\n').slice(-200).join('\n');
  throw new Error(`${command} ${args[0] ?? ''} ended with ${exitCode ?? signal}\n${said}`);
}

/** Runs a command that may fail; its output is trimmed. */
export function runToEnd(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<EndedCommand> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.environment === undefined ? process.env : { ...options.environment },
      stdio: 'pipe',
    });
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[], output: [] as Buffer[] };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        chunks[name].push(chunk);
        chunks.output.push(chunk);
      });
    }
    const text = (name: keyof typeof chunks) => Buffer.concat(chunks[name]).toString().trim();
    child.on('error', reject);
    child.on('close', (exitCode, signal) =>
      resolve({ exitCode, signal, stdout: text('stdout'), stderr: text('stderr'), output: text('output') }),
    );
    // A command that reads no input may exit before it is written; its exit code says whether that is an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
