import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { takeLock } from './mirror-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mirror-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const environment = { PATH: process.env.PATH ?? '' };
const take = (timeoutMs = 20_000, signal?: AbortSignal) =>
  takeLock(join(folder, 'lock'), { environment, timeoutMs, signal });

test('one at a time has it', async () => {
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const release = await take();
      holders += 1;
      most = Math.max(most, holders);
      await sleep(2);
      holders -= 1;
      await release?.();
    }),
  );
  expect(most).toBe(1);
});

test('who waits too long, or is aborted, gets none and leaves none', async () => {
  const release = await take();
  expect(await take(100)).toBeUndefined();
  const abort = new AbortController();
  const waiting = take(20_000, abort.signal);
  setTimeout(() => abort.abort(new Error('stopped by the test')), 50);
  await expect(waiting).rejects.toThrow('stopped by the test');
  await release?.();
  const next = await take(2000);
  expect(next).toBeDefined();
  await next?.();
});

test('it ends with its holder, killed or not', async () => {
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn('flock', ['-x', process.argv[1], 'sh', '-c', 'echo; exec cat'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdout.once('data', () => console.log('has it'));
  `;
  const holder = spawn(process.execPath, ['-e', script, join(folder, 'lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  expect(await take(100)).toBeUndefined();
  holder.kill('SIGKILL');
  const began = Date.now();
  const release = await take(5000);
  expect(release).toBeDefined();
  expect(Date.now() - began).toBeLessThan(1000);
  await release?.();
});

test('a machine without flock is told of', async () => {
  const options = { environment: { PATH: folder }, timeoutMs: 1000, signal: undefined };
  await expect(takeLock(join(folder, 'lock'), options)).rejects.toMatchObject({
    code: 'mirror-lock-missing',
  });
});
