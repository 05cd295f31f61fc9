import { readFile, rm } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { z } from 'zod';
import { isAlive } from '../disk/process-alive.ts';
import { writeWhole } from '../disk/write-whole.ts';

const holderSchema = z.object({
  what: z.string(),
  user: z.string(),
  pid: z.int().positive(),
  host: z.string(),
  since: z.iso.datetime(),
});

/** The holder of a lock, as it describes itself: for people, never for a decision. */
export type LockHolder = Readonly<z.infer<typeof holderSchema>>;

export function thisHolder(what: string, now: Date): LockHolder {
  return { what, user: ownUser(), pid: process.pid, host: hostname(), since: now.toISOString() };
}

/** A whole sentence. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'It has not written who it is.';
  const { what, user, pid, host, since } = holder;
  return `\`de-build ${what}\` has been running since ${since}: process ${pid} of ${user} on ${host}.`;
}

/** If it cannot be written, a waiting run shows less. */
export async function writeHolder(path: string, holder: LockHolder): Promise<void> {
  await writeWhole(path, `${JSON.stringify(holder)}\n`, { mode: 0o600 }).catch(() => undefined);
}

/** `undefined` when nothing is written, or the process that wrote it has exited. */
export async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    const holder = holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return holder.host !== hostname() || isAlive(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}

export async function removeHolder(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** A container may run as a user that has no name. */
function ownUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
