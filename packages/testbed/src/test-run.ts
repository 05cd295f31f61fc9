import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureToolEnvironment } from './engine-software.ts';
import { NAMESPACE_FILE, removeNetworkNamespace } from './network-namespace.ts';
import { commandNameOf, endProcess, findProcessesOf, startTimeOf } from './process-table.ts';
import { runCommand } from './run-command.ts';
import { workspaceFile } from './workspace-file.ts';

/** A run of the tests, the demo, the bench or the torture. Everything that it starts or creates names its folder. */
export interface TestRun {
  readonly folder: string;
  /** Ends the remaining processes and removes the folder. The end of this process does the same. */
  end(): Promise<void>;
}

/** The file in an engine's folder that holds the name of its bridge. */
export const BRIDGE_FILE = 'bridge';

/** Not /tmp, which may be in memory; and short, because the paths of sockets are limited. */
const PARENT = process.platform === 'linux' ? '/var/tmp' : tmpdir();
const PREFIX = 'de-build-run-';
const FOLDER_VARIABLE = 'DE_BUILD_RUN_FOLDER';
const DAEMON_GRACE_MS = 5000;

/**
 * Opens the run of this process, or joins the one that the process belongs to. Temporary files then go to its folder.
 * A watchdog cleans up when the process that opened the run ends, even by SIGKILL.
 */
export async function openTestRun(): Promise<TestRun> {
  const joined = process.env[FOLDER_VARIABLE];
  if (joined !== undefined) return { folder: joined, end: async () => undefined };
  await sweepAbandonedRuns();
  const folder = join(PARENT, `${PREFIX}${identityOf(process.pid)}`);
  await mkdir(folder);
  const { TMPDIR } = process.env;
  // A shell waits, and Node starts only at the end. The watchdog gets no Ctrl-C, because it has its own session.
  const watchdog = spawn(
    'sh',
    ['-c', 'cat >/dev/null; exec "$@"', 'sh', process.execPath, workspaceFile('scripts/sweep.mjs'), folder],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  const swept = once(watchdog, 'exit');
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  process.env[FOLDER_VARIABLE] = process.env.TMPDIR = folder;
  return {
    folder,
    async end() {
      delete process.env[FOLDER_VARIABLE];
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      watchdog.ref();
      watchdog.stdin.end();
      await swept;
      // Somebody killed the watchdog.
      if (existsSync(folder)) await sweep(folder);
    },
  };
}

/** Ends the processes that belong to a folder, and removes its mounts, the bridges of its engines, and the folder. */
export async function sweep(folder: string): Promise<void> {
  const daemons = findProcessesOf(folder).filter((pid) => commandNameOf(pid) === 'dockerd');
  await Promise.all(daemons.map((pid) => endProcess(pid, DAEMON_GRACE_MS)));
  for (let found = findProcessesOf(folder); found.length > 0; found = findProcessesOf(folder)) {
    await Promise.all(found.map((pid) => endProcess(pid)));
  }
  for (const path of await mountsBelow(folder)) {
    await runCommand('umount', ['--lazy', path]).catch(() => undefined);
  }
  const names = await readdir(folder).catch(() => []);
  for (const file of ['.', ...names].map((name) => join(folder, name, BRIDGE_FILE))) {
    if (!existsSync(file)) continue;
    const bridge = await readFile(file, 'utf8');
    const environment = await ensureToolEnvironment();
    await runCommand('ip', ['link', 'delete', bridge], { environment }).catch(() => undefined);
  }
  for (const file of ['.', ...names].map((name) => join(folder, name, NAMESPACE_FILE))) {
    if (!existsSync(file)) continue;
    const environment = await ensureToolEnvironment();
    await removeNetworkNamespace(await readFile(file, 'utf8'), environment).catch(() => undefined);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** For runs whose watchdog was killed too, or that a reboot ended. */
async function sweepAbandonedRuns(): Promise<void> {
  for (const name of await readdir(PARENT)) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = name.slice(PREFIX.length);
    if (identityOf(Number.parseInt(owner, 10)) !== owner) await sweep(join(PARENT, name));
  }
}

function identityOf(pid: number): string {
  return `${pid}-${startTimeOf(pid) ?? 'unknown'}`;
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}
