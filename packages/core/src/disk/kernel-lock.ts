import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockNotTaken, lockProgramMissing, lockUnsupported } from '../errors/lock-failures.ts';

export interface LockOptions {
  /** `PATH` of it says where `flock` is; nothing else is taken. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long to wait for whoever has it; may be `Infinity`. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type Unlock = () => Promise<void>;

/**
 * Takes the lock that a file stands for. It is the kernel's own (flock(2)), so it ends with this process, however that
 * ends, and no clock and no left-over file has a say. The file is made when there is none, and stays.
 * @returns `undefined` when the time is over
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
 * Node has no flock(2). The program `flock` locks a file that it inherits from us, and ends: such a lock belongs to the
 * open file, not to a process, so from then on it is ours alone. Other children never get the file (O_CLOEXEC).
 */
async function lockWithFlock(path: string, options: LockOptions): Promise<Unlock | undefined> {
  for (const end = performance.now() + options.timeoutMs; ; ) {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const timeoutMs = Math.max(0, end - performance.now());
      const isOurs = await waitForFlock(file, { ...options, timeoutMs, path });
      // Whoever deletes the file while somebody waits leaves a lock behind that nobody else can meet.
      if (isOurs && (await isStill(file, path))) return () => file.close();
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

/** What setTimeout takes at most. */
const LONGEST_MS = 2 ** 31 - 1;

function waitForFlock(
  file: FileHandle,
  { environment, timeoutMs, signal, path }: LockOptions & { readonly path: string },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { PATH } = environment;
    const child = spawn('flock', ['-x', '3'], {
      env: PATH === undefined ? {} : { PATH },
      // Apart from the terminal's group: what Ctrl-C does is decided here.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', file.fd],
    });
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const giveUp = (): void => {
      child.kill('SIGKILL');
    };
    const timer = setTimeout(giveUp, Math.min(timeoutMs, LONGEST_MS));
    signal?.addEventListener('abort', giveUp, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    child.once('error', (error) => {
      settle();
      reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? lockProgramMissing(error) : error);
    });
    child.once('close', (exitCode, killedBy) => {
      settle();
      if (signal?.aborted === true) reject(signal.reason);
      else if (exitCode === 0) resolve(true);
      else if (killedBy !== null) resolve(false);
      else reject(lockNotTaken(path, output.trim() || `flock ended with ${exitCode}`));
    });
  });
}

async function isStill(file: FileHandle, path: string): Promise<boolean> {
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
      if (await isStill(file, path)) return () => file.close();
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
