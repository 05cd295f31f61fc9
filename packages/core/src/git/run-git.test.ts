import { getEventListeners, getMaxListeners } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runGit } from './run-git.ts';

/** Stands in PATH for a git that misbehaves in a way that the real one does not on demand. */
describe('runGit', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-git-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(script: string, options: { timeoutMs?: number; maxOutputBytes?: number } = {}) {
    await writeFile(join(folder, 'git'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, 'git'), 0o755);
    const environment = { PATH: `${folder}:/usr/bin:/bin` };
    return runGit(['ls-remote'], { environment, folder, timeoutMs: 5000, ...options });
  }

  test('gives the exit code and both outputs', async () => {
    expect(await run('echo out; echo err >&2; exit 3')).toEqual({
      ended: 'exit',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('ends what says too much, and what takes too long, with its children', async () => {
    expect(await run('exec yes', { maxOutputBytes: 100_000 })).toMatchObject({ ended: 'too-much-output' });
    const started = performance.now();
    expect(await run('sleep 60 & wait', { timeoutMs: 100 })).toMatchObject({
      ended: 'timeout',
      exitCode: null,
    });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('keeps the end of a long complaint', async () => {
    const { stderr } = await run('yes complaint | head -c 300000 >&2; echo last >&2');
    expect(stderr.length).toBeGreaterThan(64 * 1024 - 'complaint\n'.length);
    expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(stderr.startsWith('complaint\n')).toBe(true);
    expect(stderr.endsWith('last\n')).toBe(true);
  });

  test('takes one signal for many runs, and lets go of it', async () => {
    const { signal } = new AbortController();
    const version = { environment: { PATH: process.env.PATH ?? '' }, folder, timeoutMs: 10_000, signal };
    await Promise.all(Array.from({ length: 16 }, () => runGit(['--version'], version)));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node warns on the terminal about more than this many.
    expect(getMaxListeners(signal)).toBe(Number.POSITIVE_INFINITY);
  });

  test('inherits nothing', async () => {
    const { stdout } = await run('env');
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    expect(
      names.filter((name) => name !== '' && !['PATH', 'PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? '')),
    ).toEqual([]);
  });
});
