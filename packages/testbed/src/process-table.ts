import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process started, in the kernel's ticks: with the pid, its identity. Undefined when it has exited or is a zombie. */
export function startTimeOf(pid: number): string | undefined {
  const stat = readProcess(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' ? undefined : fields[19];
}

/** `dockerd`; empty when the process has exited. */
export function commandNameOf(pid: number): string {
  return readProcess(pid, 'comm').trim();
}

/** Ends one process: by SIGTERM if `graceMs` is given, then by SIGKILL. Resolves when it has exited. */
export async function endProcess(pid: number, graceMs = 0): Promise<void> {
  const started = startTimeOf(pid);
  const isRunning = () => started !== undefined && startTimeOf(pid) === started;
  const signal = (name: NodeJS.Signals) => {
    try {
      if (isRunning()) process.kill(pid, name);
    } catch {
      // It exited after the check.
    }
  };
  if (graceMs > 0) {
    signal('SIGTERM');
    for (const end = Date.now() + graceMs; isRunning() && Date.now() < end; ) await sleep(20);
  }
  signal('SIGKILL');
  while (isRunning()) await sleep(20);
}

/** The other processes that have a folder in their arguments or their environment, or are rooted in it as containers are. */
export function findProcessesOf(folder: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  const named = new RegExp(`${folder}(?![\\w-])`);
  const isRoot = (mount: string) => mount.split(' ')[4] === '/' && named.test(mount);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter(
      (pid) =>
        named.test(readProcess(pid, 'cmdline')) ||
        named.test(readProcess(pid, 'environ')) ||
        readProcess(pid, 'mountinfo').split('\n').some(isRoot),
    );
}

/** Empty when the process has exited. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
