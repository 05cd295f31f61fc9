import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { mirrorLockMissing } from '../../errors/mirror-failures.ts';

export interface LockOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export type Release = () => Promise<void>;

/**
 * Takes the lock that a file stands for; waits for whoever has it. It is the kernel's own lock (flock(2)), so it ends
 * with its holder, however that ends, and no clock and no left-over file has a say.
 * @returns `undefined` when the time is over.
 * @throws the signal's reason when aborted; DeBuildError `mirror-lock-missing`.
 */
export async function takeLock(path: string, options: LockOptions): Promise<Release | undefined> {
  options.signal?.throwIfAborted();
  return process.platform === 'linux' ? lockThroughChild(path, options) : lockByOpening(path, options);
}

/**
 * Node has no flock(2). `flock` holds the lock for as long as its `cat` reads, and that reads until we close our end
 * or are gone.
 */
function lockThroughChild(
  path: string,
  { environment, timeoutMs, signal }: LockOptions,
): Promise<Release | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', path, 'sh', '-c', 'echo; exec cat'], {
      env: { ...environment },
      // Apart from the terminal's group: Ctrl-C must not take the lock away while we are still tidying up.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let isOver = false;
    const closed = new Promise<void>((done) => child.once('close', () => done()));
    const giveUp = (): void => {
      isOver = true;
      endGroup(child);
    };
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => {
      settle();
      if (isOver) return;
      resolve(async () => {
        child.stdin.end();
        await closed;
      });
    });
    child.once('error', (error) => {
      settle();
      reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? mirrorLockMissing(error) : error);
    });
    child.once('close', (exitCode) => {
      settle();
      if (signal?.aborted === true) reject(signal.reason);
      else if (isOver) resolve(undefined);
      else reject(new Error(`flock ended with ${exitCode} on ${path}`));
    });
  });
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** `O_EXLOCK` of macOS and the BSDs, which Node does not name. */
const OPEN_WITH_LOCK = 0x20;

/** macOS and the BSDs take the lock with open(2). */
async function lockByOpening(path: string, { timeoutMs, signal }: LockOptions): Promise<Release | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | OPEN_WITH_LOCK;
  for (const end = performance.now() + timeoutMs; ; ) {
    try {
      const file = await open(path, flags, 0o600);
      return () => file.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    if (performance.now() > end) return undefined;
    await sleep(100);
    signal?.throwIfAborted();
  }
}
