import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where everything the testbed downloads or makes for later runs is kept. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'de-build-testbed');
}

/**
 * Returns the path of a cached folder or file, and makes it if it does not exist. `make` writes to the path it is
 * given, which becomes the cached one only after it succeeded. Other processes that want the same one wait.
 */
export async function ensureCached(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const path = join(cacheFolder(), name);
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  return withLock(name.replaceAll('/', '-'), async () => {
    if (existsSync(path)) return path;
    const workspace = await mkdtemp(join(cacheFolder(), '.draft-'));
    try {
      const draft = join(workspace, 'draft');
      await make(draft);
      await rename(draft, path);
    } finally {
      await rm(workspace, { recursive: true, force: true });
    }
    return path;
  });
}

/** Holds a lock of the cache folder, among processes too, while `action` runs. The kernel frees it if we die. */
export async function withLock<T>(name: string, action: () => Promise<T>): Promise<T> {
  await mkdir(cacheFolder(), { recursive: true });
  const file = join(cacheFolder(), `.${name}.lock`);
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject);
    holder.once('exit', (code) => reject(new Error(`flock ended with ${code} at ${file}`)));
    holder.stdout.once('data', () => resolve());
  });
  try {
    return await action();
  } finally {
    holder.removeAllListeners('exit');
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.stdin.end();
    await gone;
  }
}
