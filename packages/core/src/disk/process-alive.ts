import { readlink } from 'node:fs/promises';

/** Also `true` when the process id is reused, or when it is unknown. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The PID namespace of this process: containers that share a disk or an engine each have their own process ids. */
export async function ownSpace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? '0';
}
