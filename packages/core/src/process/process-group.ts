import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 20;
/** After SIGKILL only the kernel has work left. */
const KILL_MS = 5000;

/** Sends SIGTERM to a process group, and after the grace SIGKILL to what is left of it; waits until none is left. */
export async function endGroup(leader: number, graceMs: number): Promise<void> {
  if (!signalGroup(leader, 'SIGTERM') || (await hasEndedWithin(leader, graceMs))) return;
  signalGroup(leader, 'SIGKILL');
  await hasEndedWithin(leader, KILL_MS);
}

async function hasEndedWithin(leader: number, milliseconds: number): Promise<boolean> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(LOOK_MS))
    if (!signalGroup(leader, 0) || !(await hasLiveMember(leader))) return true;
  return false;
}

/** `false` when the group has no process that we may signal. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/**
 * An orphan that has ended stays in its group as a zombie until the process 1 reaps it, which in many containers never
 * happens. Only Linux shows which those are; elsewhere every member counts.
 */
async function hasLiveMember(leader: number): Promise<boolean> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (!pids.includes(String(process.pid))) return true;
  const live = await Promise.all(pids.map((pid) => isLiveMember(pid, leader)));
  return live.includes(true);
}

/** proc_pid_stat(5): the command may hold spaces and brackets; state, parent and process group follow. */
async function isLiveMember(pid: string, leader: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === String(leader) && !'ZX'.includes(state);
  } catch (error) {
    return !['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
