import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './cache-folder.ts';
import { endProcess, findProcessesOf, startTimeOf } from './process-table.ts';
import { runCommand } from './run-command.ts';

/** Engine folders live here: a disk of its own right, and a path short enough for sockets. */
const PARENT = '/var/tmp';
const PREFIX = 'de-build-engine-';

/** What a folder tells about who made it, so that one left behind can be removed. */
interface Owner {
  readonly pid: number;
  readonly startTime: string;
  readonly bridge: string;
}

/** Makes a folder and a bridge for an engine, after removing those of processes that no longer live. */
export async function createEngineFolder(
  tools: Readonly<Record<string, string>>,
  wanted?: string,
): Promise<{ folder: string; bridge: string }> {
  return withLock('bridges', async () => {
    await removeAbandonedEngines(tools);
    const folder = wanted ?? (await mkdtemp(join(PARENT, PREFIX)));
    await mkdir(folder, { recursive: true });
    const bridge = await addBridge(tools);
    const owner: Owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', bridge };
    await writeFile(join(folder, 'owner.json'), JSON.stringify(owner));
    return { folder, bridge };
  });
}

/** Ends whatever still runs from an engine's folder, then removes its mounts, its bridge and itself. */
export async function removeEngineFolder(
  folder: string,
  tools: Readonly<Record<string, string>>,
): Promise<void> {
  for (let found = findProcessesOf(folder); found.length > 0; found = findProcessesOf(folder)) {
    await Promise.all(found.map((pid) => endProcess(pid)));
  }
  for (const path of await mountsBelow(folder)) {
    await runCommand('umount', ['--lazy', path]).catch(() => undefined);
  }
  const owner = await readOwner(folder);
  if (owner !== undefined) {
    await runCommand('ip', ['link', 'delete', owner.bridge], { environment: tools }).catch(() => undefined);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function removeAbandonedEngines(tools: Readonly<Record<string, string>>): Promise<void> {
  for (const name of await readdir(PARENT)) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(PARENT, name);
    const owner = await readOwner(folder);
    const isOwned = owner !== undefined && startTimeOf(owner.pid) === owner.startTime;
    if (!isOwned) await removeEngineFolder(folder, tools);
  }
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  const file = join(folder, 'owner.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Owner) : undefined;
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

/** Adds a bridge with an address in a network that no route of this machine touches. */
async function addBridge(tools: Readonly<Record<string, string>>): Promise<string> {
  const routes = await runCommand('ip', ['-4', 'route', 'show', 'table', 'all'], { environment: tools });
  const taken = new Set([...routes.matchAll(/\b10\.(\d+)\./g)].map(([, second]) => Number(second)));
  const start = 100 + (process.pid % 100);
  const second = Array.from({ length: 150 }, (_, index) => 100 + ((start + index) % 150)).find(
    (candidate) => !taken.has(candidate),
  );
  if (second === undefined || /\b10\.0\.0\.0\/8\b/.test(routes)) {
    throw new Error('No network of 10.100.0.0 to 10.249.0.0 is free for a private engine');
  }
  const bridge = `dbt${second}x${process.pid.toString(36)}`;
  await runCommand('ip', ['link', 'add', bridge, 'type', 'bridge'], { environment: tools });
  await runCommand('ip', ['address', 'add', `10.${second}.0.1/24`, 'dev', bridge], { environment: tools });
  await runCommand('ip', ['link', 'set', bridge, 'up'], { environment: tools });
  return bridge;
}
