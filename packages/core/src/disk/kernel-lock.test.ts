import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { takeLock } from './kernel-lock.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernel-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const environment = { PATH: process.env.PATH ?? '' };
const take = (timeoutMs = 20_000, signal?: AbortSignal) =>
  takeLock(join(folder, 'lock'), { environment, timeoutMs, signal });

test('only one at a time holds the lock', async () => {
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const unlock = await take();
      holders += 1;
      most = Math.max(most, holders);
      await sleep(2);
      holders -= 1;
      await unlock?.();
    }),
  );
  expect(most).toBe(1);
});

test('a timeout and an abort take no lock and leave none', async () => {
  const unlock = await take();
  expect(await take(100)).toBeUndefined();
  const abort = new AbortController();
  const waiting = take(Number.POSITIVE_INFINITY, abort.signal);
  setTimeout(() => abort.abort(new Error('stopped by the test')), 50);
  await expect(waiting).rejects.toThrow('stopped by the test');
  await unlock?.();
  const next = await take(5000);
  expect(next).toBeDefined();
  await next?.();
});

/** A process that takes the lock as we do, starts a child that outlives it, and says so. */
async function startHolder(): Promise<{ readonly holder: ChildProcess; readonly childPid: number }> {
  const script = `
    const { spawn } = require('node:child_process');
    const fs = require('node:fs');
    const fd = fs.openSync(process.argv[1], fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    spawn('flock', ['-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] }).once('close', () => {
      const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
      console.log(child.pid);
      setInterval(() => {}, 1000);
    });
  `;
  const holder = spawn(process.execPath, ['-e', script, join(folder, 'lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(holder);
  const reported = await new Promise<Buffer>((resolve) => holder.stdout.once('data', resolve));
  return { holder, childPid: Number(reported.toString()) };
}

test('the lock ends with its holder, killed or not, and no child inherits it', async () => {
  const { holder, childPid } = await startHolder();
  try {
    if (process.platform === 'linux') {
      const open = await Promise.all(
        (await readdir(`/proc/${childPid}/fd`)).map((fd) => readlink(`/proc/${childPid}/fd/${fd}`)),
      );
      expect(open).not.toContain(join(folder, 'lock'));
    }
    expect(await take(100)).toBeUndefined();
    const waiting = take(60_000);
    holder.kill('SIGKILL');
    const unlock = await waiting;
    expect(unlock).toBeDefined();
    await unlock?.();
  } finally {
    process.kill(childPid);
  }
});

test('a lock whose file was deleted excludes no one: the next holder locks the new file', async () => {
  const unlock = await take();
  const waiting = take(20_000);
  await sleep(100);
  rmSync(join(folder, 'lock'));
  await unlock?.();
  const second = await waiting;
  expect(second).toBeDefined();
  expect(await take(100)).toBeUndefined();
  await second?.();
});

test('a machine without flock is reported', async () => {
  const options = { environment: { PATH: folder }, timeoutMs: 1000 };
  await expect(takeLock(join(folder, 'lock'), options)).rejects.toMatchObject({
    code: 'lock-program-missing',
  });
});

test('a file that cannot be opened', async () => {
  const options = { environment, timeoutMs: 1000 };
  await expect(takeLock(join(folder, 'none', 'lock'), options)).rejects.toMatchObject({ code: 'ENOENT' });
});
