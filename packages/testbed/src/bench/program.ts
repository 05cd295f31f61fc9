import { spawn } from 'node:child_process';

/** A command to run as a separate process, from its start to its end. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder?: string;
  /** Added to the few variables that every program gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProgramRun {
  /** From before the process is started until it has ended and its output is read. */
  readonly ms: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program and times it. Throws with the end of its output if it fails, or is aborted. */
export function runProgram(program: Program, signal: AbortSignal): Promise<ProgramRun> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    const started = process.hrtime.bigint();
    const child = spawn(program.command, program.args, {
      cwd: program.folder,
      env: { ...surroundings(), ...program.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = () => void child.kill();
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      signal.removeEventListener('abort', stop);
      const stdout = Buffer.concat(output).toString();
      const stderr = Buffer.concat(errors).toString();
      if (signal.aborted) return reject(signal.reason);
      if (code === 0) return resolve({ ms, stdout, stderr });
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
      reject(
        new Error(`${[program.command, ...program.args].join(' ')} ended with ${code ?? killedBy}\n${said}`),
      );
    });
  });
}

/** The same for every program and on every machine: no settings of the user, no questions. */
function surroundings(): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    ...{ PATH, HOME, TMPDIR },
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}
