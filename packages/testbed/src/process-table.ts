import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process started, in the kernel's ticks: with the pid, its identity. Undefined when it is gone or a zombie. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Ends one process: asks first, where `graceMs` is given, then kills. Resolves when it is gone. */
export async function endProcess(pid: number, graceMs = 0): Promise<void> {
  const started = startTimeOf(pid);
  const isRunning = () => started !== undefined && startTimeOf(pid) === started;
  const signal = (name: NodeJS.Signals) => {
    try {
      if (isRunning()) process.kill(pid, name);
    } catch {
      // Gone between the look and the signal.
    }
  };
  if (graceMs > 0) {
    signal('SIGTERM');
    for (const end = Date.now() + graceMs; isRunning() && Date.now() < end; ) await sleep(20);
  }
  signal('SIGKILL');
  while (isRunning()) await sleep(20);
}

/** Processes of the engine in a folder: those that were told of its state, and those that are rooted in its data. */
export function findProcessesOf(folder: string): readonly number[] {
  const isState = (argument: string) =>
    ['exec/', 'data'].some((part) => argument.replace(/^--[a-z-]+=/, '').startsWith(`${folder}/${part}`));
  const isRoot = (mount: string) => mount.split(' ')[4] === '/' && mount.includes(`${folder}/data/`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').some(isState) ||
          readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n').some(isRoot)
        );
      } catch {
        return false;
      }
    });
}
