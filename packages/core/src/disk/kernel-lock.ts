import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { lockNotTaken, lockProgramMissing, lockUnsupported } from '../errors/lock-failures.ts';
import type { Environment } from '../process/environment.ts';
import { runProgram } from '../process/run-program.ts';

export interface LockOptions {
  /** Only `PATH` is used, to find `flock`. */
  readonly environment: Environment;
  /** How long to wait for the holder: not at all with 0; may be `Infinity`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type Unlock = () => Promise<void>;

/**
 * Locks a file with flock(2). The kernel releases the lock when this process ends, in every case, so that there are no stale
 * locks. The file is created if needed, and stays.
 * @returns `undefined` on a timeout
 * @throws the signal's reason when aborted; DeBuildError `lock-program-missing`, `lock-unsupported`, `lock-not-taken`; the
 * file system's own error when the file cannot be opened
 */
export async function takeLock(path: string, options: LockOptions): Promise<Unlock | undefined> {
  options.signal?.throwIfAborted();
  if (process.platform === 'linux') return lockWithFlock(path, options);
  if (HAS_OPEN_WITH_LOCK.has(process.platform)) return lockByOpening(path, options);
  throw lockUnsupported(process.platform);
}

/**
 * Node has no flock(2). The program `flock` locks a file that it inherits from this process, and exits. The lock belongs to
 * the open file and not to a process, so it stays ours. No other child inherits the file (O_CLOEXEC).
 */
async function lockWithFlock(path: string, options: LockOptions): Promise<Unlock | undefined> {
  for (const end = performance.now() + options.timeoutMs; ; ) {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const timeoutMs = Math.max(0, end - performance.now());
      const isOurs = await waitForFlock(file, { ...options, timeoutMs, path });
      // After someone deleted the file, its lock excludes no one.
      if (isOurs && (await isSameFile(file, path))) return () => file.close();
      if (!isOurs) {
        await file.close();
        return undefined;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
  }
}

const START_WITHIN_MS = 60_000;
/** What `flock -n` exits with when another one has the lock (flock(1)). */
const HELD = 1;

async function waitForFlock(
  file: FileHandle,
  { environment, timeoutMs, signal, path }: LockOptions & { readonly path: string },
): Promise<boolean> {
  // A busy machine takes its time to start a program: only the program can say that the lock is held.
  const isWaiting = timeoutMs > 0;
  const run = {
    environment: { PATH: environment.PATH },
    folder: '/',
    timeoutMs: isWaiting ? timeoutMs : START_WITHIN_MS,
    signal,
    descriptors: [file.fd],
  };
  const args = [...(isWaiting ? [] : ['-n']), '-x', '3'];
  const { ended, exitCode, stderr } = await runProgram('flock', args, run).catch((error: unknown) => {
    throw isDeBuildError(error) && error.code === 'program-missing' ? lockProgramMissing(error.cause) : error;
  });
  if (ended === 'timeout') return false;
  if (!isWaiting && exitCode === HELD) return false;
  if (exitCode !== 0) throw lockNotTaken(path, stderr.trim() || `flock exited with ${exitCode}`);
  return true;
}

async function isSameFile(file: FileHandle, path: string): Promise<boolean> {
  const [ours, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

const HAS_OPEN_WITH_LOCK: ReadonlySet<string> = new Set(['darwin', 'freebsd', 'openbsd', 'netbsd']);

/** `O_EXLOCK` of macOS and the BSDs, which Node does not name. */
const OPEN_WITH_LOCK = 0x20;

/** macOS and the BSDs take the lock with open(2). */
async function lockByOpening(path: string, { timeoutMs, signal }: LockOptions): Promise<Unlock | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | OPEN_WITH_LOCK;
  for (const end = performance.now() + timeoutMs; ; ) {
    try {
      const file = await open(path, flags, 0o600);
      if (await isSameFile(file, path)) return () => file.close();
      await file.close();
      continue;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    if (performance.now() > end) return undefined;
    await sleep(100);
    signal?.throwIfAborted();
  }
}
