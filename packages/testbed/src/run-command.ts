import { spawn } from 'node:child_process';

export interface RunCommandOptions {
  readonly cwd?: string;
  /** The whole environment; this process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Written to the command's standard input. */
  readonly input?: string;
}

/** Runs a command and returns its standard output, trimmed. Throws with the end of its error output if it fails. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.environment === undefined ? process.env : { ...options.environment },
      stdio: 'pipe',
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = Buffer.concat(output).toString().trim();
      if (code === 0) return resolve(text);
      const said = Buffer.concat(errors).toString().trim() || text;
      reject(
        new Error(
          `${command} ${args[0] ?? ''} ended with ${code ?? signal}\n${said.split('\n').slice(-200).join('\n')}`,
        ),
      );
    });
    // A command that reads no input may exit before it is written; its exit code says whether that is an error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
