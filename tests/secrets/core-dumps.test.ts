import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExampleWorld, type ExampleWorld } from '../engine/example-world.ts';
import { DE_BUILD } from '../engine/run-cli.ts';
import { findSecrets } from '../engine/secret-forms.ts';

let world: ExampleWorld;
let folder: string;
beforeAll(async () => {
  world = await createExampleWorld();
  folder = await mkdtemp(join(tmpdir(), 'de-build-cores-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'a de-build that crashes with the token in memory, and its git, leave no memory in a core dump',
  async () => {
    const site = await world.addSite({ host: 'unix:///nowhere.sock' });
    for (const name of ['example/mini_erp', 'example/mini_hr', 'example/mini_custom', 'frappe/frappe']) {
      world.server.setFault(name, { kind: 'hang' });
    }
    const child = start('guarded', [
      DE_BUILD,
      'check',
      '--site',
      site.folder,
      '--host',
      'unix:///nowhere.sock',
    ]);
    const processes = await waitFor(async () => {
      const found = await processesBelow(child.pid as number);
      return found.some(({ command }) => command === 'git-remote-http') ? found : undefined;
    });
    // Where the system has cores collected elsewhere, this is what there is to be seen.
    for (const { command, filter } of processes)
      expect({ command, filter }).toEqual({ command, filter: '00000000' });
    for (const { pid } of processes) process.kill(pid, 'SIGSEGV');
    await new Promise((resolve) => child.once('close', resolve));
    const cores = await coresIn('guarded');
    for (const core of cores) expect(findSecrets(core, [world.token])).toEqual([]);

    // A process that has done nothing about it leaves the token there.
    const careless = start('careless', ['-e', CARELESS]);
    careless.stdin?.end(world.token);
    await new Promise((resolve) => careless.stdout?.once('data', resolve));
    process.kill(careless.pid as number, 'SIGSEGV');
    await new Promise((resolve) => careless.once('close', resolve));
    const full = await coresIn('careless');
    for (const core of full) expect(findSecrets(core, [world.token])).not.toEqual([]);
    if (/^[^/|]+$/.test((await read('sys/kernel', 'core_pattern')) ?? '|')) {
      expect([cores.length, full.length]).toEqual([1, 1]);
    }
  },
);

const CARELESS =
  'const token = require("fs").readFileSync(0, "latin1"); console.log(1); setInterval(() => token, 1000)';

/** In a folder that cores are written to, as large as they like. */
function start(name: string, args: readonly string[]) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  return spawn('sh', ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', process.execPath, ...args], {
    cwd,
    // With a proxy, git is started for each repository; otherwise there would be only de-build.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      all_proxy: 'http://127.0.0.1:1',
      no_proxy: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

async function coresIn(name: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, name));
  return Promise.all(names.map((core) => readFile(join(folder, name, core), 'latin1')));
}

async function processesBelow(root: number) {
  const found = [];
  const all = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await read(name, 'stat') : undefined;
    if (stat !== undefined)
      all.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = new Set([root]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const [pid, parent] of all) if (below.has(parent)) below.add(pid);
  }
  for (const pid of below) {
    const args = await read(String(pid), 'cmdline');
    const filter = (await read(String(pid), 'coredump_filter'))?.trim();
    const command = args?.split('\0')[0]?.replace(/^.*\//, '');
    if (command !== undefined && command !== '' && filter !== undefined) found.push({ pid, command, filter });
  }
  return found;
}

function read(pid: string, file: string): Promise<string | undefined> {
  return readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => undefined);
}

async function waitFor<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(20);
  }
}
