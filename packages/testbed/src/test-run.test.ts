import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startTimeOf } from './process-table.ts';
import { workspaceFile } from './workspace-file.ts';

/** Opens a run, starts a program that names its folder, and waits. */
const SCRIPT = `
const { spawn } = await import('node:child_process');
const { loadTestbed } = await import(process.argv[1]);
const { openTestRun } = await loadTestbed();
const { folder } = await openTestRun();
const program = spawn('sleep', ['600'], { env: { PATH: process.env.PATH, TMPDIR: folder }, detached: true });
console.log(JSON.stringify({ folder, pid: program.pid }));
setInterval(() => {}, 1000);
`;

test.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])('leaves nothing when it is ended by %s', async (signal) => {
  if (process.platform !== 'linux') return;
  const { DE_BUILD_RUN_FOLDER: _, TMPDIR: _tmp, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT, workspaceFile('scripts/load-testbed.mjs')],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const { folder, pid } = JSON.parse(String(line)) as { folder: string; pid: number };
  expect([existsSync(folder), startTimeOf(pid)]).toEqual([true, expect.anything()]);
  child.kill(signal);
  while (existsSync(folder) || startTimeOf(pid) !== undefined) await sleep(20);
});
