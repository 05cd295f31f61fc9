import { readlink } from 'node:fs/promises';

/** A process id may have been given again; what cannot be told is taken for alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** In which our process id means something: containers that share a disk, or an engine, each have their own. */
export async function ownSpace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? '0';
}
