import { spawn } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { gitMissing } from '../errors/git-failures.ts';

export interface GitRun {
  /** The whole environment of the child: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** More output than this ends the run. 64 MiB unless given. */
  readonly maxOutputBytes?: number;
  /** What ends the run as soon as it stands in what git says of itself. */
  readonly endsAt?: RegExp;
}

export interface GitResult {
  /** All but `exit`: the run was ended by us. */
  readonly ended: 'exit' | 'timeout' | 'too-much-output' | 'said-so';
  /** `null` when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The last 64 KiB, in whole lines. */
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Runs git in a process group of its own, and leaves none of the group behind: not on a timeout, not on an abort,
 * not when it says too much.
 * @throws the signal's reason when aborted; DeBuildError `git-missing` when there is no git.
 */
export async function runGit(args: readonly string[], run: GitRun): Promise<GitResult> {
  run.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: run.folder,
      env: { ...run.environment },
      // A group of its own (and no terminal), so that git's helpers can be ended together with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let ended: GitResult['ended'] = 'exit';
    const endGroup = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const abort = (): void => endGroup();
    const timer = setTimeout(() => {
      ended = 'timeout';
      endGroup();
    }, run.timeoutMs);
    // One signal ends many runs side by side; Node would take more than ten for a leak and warn on the terminal.
    if (run.signal !== undefined) setMaxListeners(Number.POSITIVE_INFINITY, run.signal);
    run.signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', abort);
    };

    const output = collect(run.maxOutputBytes ?? MAX_OUTPUT_BYTES);
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.add(chunk) || ended !== 'exit') return;
      ended = 'too-much-output';
      endGroup();
    });
    const errors = collectTail(MAX_ERROR_BYTES);
    child.stderr.on('data', (chunk: Buffer) => {
      errors.add(chunk);
      if (run.endsAt?.test(errors.text()) !== true || ended !== 'exit') return;
      ended = 'said-so';
      endGroup();
    });

    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === 'ENOENT' ? gitMissing(error) : error);
    });
    child.on('close', (exitCode) => {
      settle();
      if (run.signal?.aborted === true) reject(run.signal.reason);
      else resolve({ ended, exitCode, stdout: output.text(), stderr: errors.text() });
    });
  });
}

function collect(maxBytes: number): { add(chunk: Buffer): boolean; text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    add(chunk) {
      size += chunk.length;
      if (size > maxBytes) return false;
      chunks.push(chunk);
      return true;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

function collectTail(maxBytes: number): { add(chunk: Buffer): void; text(): string } {
  let kept = Buffer.alloc(0);
  let isCut = false;
  return {
    add(chunk) {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length <= maxBytes) return;
      isCut = true;
      kept = kept.subarray(kept.length - maxBytes);
    },
    // Not the rest of a line: half a secret is not known for one.
    text: () => (isCut ? kept.subarray(kept.indexOf('\n') + 1 || kept.length) : kept).toString('utf8'),
  };
}
