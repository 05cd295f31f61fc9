import { getEventListeners, getMaxListeners } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRedactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import { type ProgramRun, runProgram } from './run-program.ts';

jest.setTimeout(120_000);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-program-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = { PATH: '/usr/bin:/bin' };

function sh(script: string, options: Partial<ProgramRun> = {}) {
  return runProgram('sh', ['-c', script], { environment, folder, timeoutMs: 60_000, ...options });
}

function node(script: string, options: Partial<ProgramRun> = {}) {
  return runProgram(process.execPath, ['-e', script], { environment, folder, timeoutMs: 60_000, ...options });
}

/** The process ids that a script wrote into files of the folder; a zombie has ended. */
async function isRunning(file: string): Promise<boolean> {
  const pid = (await readFile(join(folder, file), 'utf8')).trim();
  const state = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return state !== '' && !/\) [ZX] /.test(state);
}

describe('the result', () => {
  test('has the exit code and both outputs', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
      ended: 'exit',
      exitCode: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('names the signal that ended the program', async () => {
    expect(await sh('kill -KILL $$')).toMatchObject({ ended: 'exit', exitCode: null, signal: 'SIGKILL' });
  });

  test('has the end of long error output, in whole lines', async () => {
    const { stderr } = await sh('yes complaint | head -c 300000 >&2; echo last >&2');
    expect(stderr.length).toBeGreaterThan(64 * 1024 - 'complaint\n'.length);
    expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(stderr.startsWith('complaint\n')).toBe(true);
    expect(stderr.endsWith('last\n')).toBe(true);
  });

  test('has the end of what a program prints without end', async () => {
    const { exitCode, stdout } = await sh('yes more | head -c 90000000; echo last', { keep: 'end' });
    expect(exitCode).toBe(0);
    expect(stdout.length).toBeLessThanOrEqual(64 * 1024);
    expect(stdout.endsWith('last\n')).toBe(true);
  });
});

describe('what a program is given', () => {
  test('the environment, and nothing is inherited', async () => {
    const { stdout } = await sh('env', { environment: { ...environment, GIVEN: 'yes', NOT: undefined } });
    const names = stdout.split('\n').flatMap((line) => line.split('=')[0] || []);
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).sort()).toEqual([
      'GIVEN',
      'PATH',
    ]);
  });

  test('the complete input, or none', async () => {
    const input = 'x'.repeat(5_000_000);
    expect((await sh('wc -c', { input })).stdout.trim()).toBe('5000000');
    expect((await sh('wc -c')).stdout.trim()).toBe('0');
  });

  test('input that it does not read', async () => {
    expect(await sh('exec <&-; exit 0', { input: 'x'.repeat(5_000_000) })).toMatchObject({ exitCode: 0 });
  });

  test('arguments that no shell reads', async () => {
    const args = ['-c', 'printf %s "$1"', 'sh', '$(id) `id` ; * "quoted"'];
    const { stdout } = await runProgram('sh', args, { environment, folder, timeoutMs: 60_000 });
    expect(stdout).toBe('$(id) `id` ; * "quoted"');
  });
});

describe('limits', () => {
  test('too much output ends the run', async () => {
    const result = await sh('exec yes', { maxOutputBytes: 100_000 });
    expect(result).toMatchObject({ ended: 'too-much-output', exitCode: null });
    expect(result.stdout.length).toBeLessThanOrEqual(100_000);
  });

  test('the time ends the run, with its children and grandchildren', async () => {
    const script =
      'sh -c "echo \\$\\$ > grandchild; sleep 600 & echo \\$! > sleep; wait" & echo $! > child; wait';
    expect(await sh(script, { timeoutMs: 1000 })).toMatchObject({ ended: 'timeout', exitCode: null });
    for (const file of ['child', 'grandchild', 'sleep']) expect(await isRunning(file)).toBe(false);
  });

  test('a program that ignores SIGTERM is killed after the grace', async () => {
    const started = performance.now();
    const script = 'trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done';
    expect(await sh(script, { timeoutMs: 500, graceMs: 500 })).toMatchObject({
      ended: 'timeout',
      signal: 'SIGKILL',
    });
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(await isRunning('pid')).toBe(false);
  });

  test('a program that tidies up on SIGTERM may do so, and has not succeeded', async () => {
    const script = 'trap "echo tidied; exit 0" TERM; echo started; while :; do sleep 0.1; done';
    const result = await sh(script, { timeoutMs: 1000 });
    expect(result).toMatchObject({ ended: 'timeout', exitCode: null, stdout: 'started\ntidied\n' });
  });

  test('silence ends the run; output does not let it end', async () => {
    expect(await sh('echo once; exec sleep 600', { idleMs: 300 })).toMatchObject({ ended: 'idle' });
    const talking = await sh('for i in 1 2 3 4 5 6; do sleep 0.5; echo $i >&2; done', { idleMs: 2500 });
    expect(talking).toMatchObject({ ended: 'exit', exitCode: 0 });
  });
});

describe('an abort', () => {
  test('ends the process group and throws the reason', async () => {
    const abort = new AbortController();
    const running = sh('sleep 600 & echo $! > sleep; echo ready; wait', {
      signal: abort.signal,
      lines: {
        redactor: undefined,
        onLine: () => {
          abort.abort(new Error('stopped by the test'));
          return undefined;
        },
      },
    });
    await expect(running).rejects.toThrow('stopped by the test');
    expect(await isRunning('sleep')).toBe(false);
  });

  test('before the start starts nothing', async () => {
    const signal = AbortSignal.abort(new Error('stopped by the test'));
    await expect(sh('touch started', { signal })).rejects.toThrow('stopped by the test');
    await expect(readFile(join(folder, 'started'))).rejects.toThrow();
  });

  test('one signal serves many runs, and keeps no listener', async () => {
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 16 }, () => sh('true', { signal })));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    // Node warns on the terminal about more than this many.
    expect(getMaxListeners(signal)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('what a program leaves behind', () => {
  test('is ended with it, and does not hold its output open', async () => {
    const started = performance.now();
    expect(await sh('sleep 600 & echo $! > sleep; echo done')).toMatchObject({
      ended: 'exit',
      exitCode: 0,
      stdout: 'done\n',
    });
    expect(await isRunning('sleep')).toBe(false);
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  test('a daemon that left the group is not waited for', async () => {
    const started = performance.now();
    const result = await sh('setsid sleep 600 & sleep 0.2; pgrep -n -f "^sleep 600" > daemon; echo done');
    process.kill(Number(await readFile(join(folder, 'daemon'), 'utf8')));
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, stdout: 'done\n' });
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});

describe('lines', () => {
  async function linesOf(script: string, options: Partial<ProgramRun> = {}) {
    const lines: string[] = [];
    const onLine = (line: string, stream: string) => {
      lines.push(`${stream}: ${line}`);
      return undefined;
    };
    await node(script, { lines: { redactor: undefined, onLine }, ...options });
    return lines;
  }

  test('come as they are printed, from both outputs', async () => {
    expect(
      await linesOf(`process.stdout.write('one\\ntw');
        setTimeout(() => { process.stderr.write('10%\\r20%\\r'); process.stdout.write('o\\r\\nlast'); }, 300);`),
    ).toEqual(
      expect.arrayContaining(['stdout: one', 'stdout: two', 'stdout: last', 'stderr: 10%', 'stderr: 20%']),
    );
  });

  test('a CR LF that is cut in two is one end of a line', async () => {
    const script = `process.stdout.write('a\\r'); setTimeout(() => process.stdout.write('\\nb\\n'), 300);`;
    expect(await linesOf(script)).toEqual(['stdout: a', 'stdout: b']);
  });

  test('a line without end comes in pieces', async () => {
    const lines = await linesOf(`process.stdout.write('x'.repeat(300_000))`);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.map((line) => line.slice('stdout: '.length)).join('')).toHaveLength(300_000);
  });

  test('a token in two writes is redacted', async () => {
    const token = 'ghp_PlantedTokenForTests0123456789abcdef';
    const redactor = createRedactor();
    redactor.add(new Secret('PAT', token));
    for (const cut of [1, 12, token.length - 1]) {
      const lines: string[] = [];
      const onLine = (line: string) => {
        lines.push(line);
        return undefined;
      };
      const parts = JSON.stringify([`before ${token.slice(0, cut)}`, `${token.slice(cut)} after\n`]);
      await node(
        `const [a, b] = ${parts}; process.stderr.write(a); setTimeout(() => process.stderr.write(b), 200)`,
        {
          lines: { redactor, onLine },
        },
      );
      // In a long pause its first characters are shown.
      expect(lines.join('\n')).toMatch(/^before (?:g|gh|ghp)?\[redacted PAT\] after$/);
    }
  });

  test('`stop` ends the run, and no line follows', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      return 'stop' as const;
    };
    const result = await sh('yes', { keep: 'end', lines: { redactor: undefined, onLine } });
    expect(result).toMatchObject({ ended: 'stopped', exitCode: null });
    expect(lines).toEqual(['y']);
  });

  test('a reader that throws ends the run', async () => {
    const onLine = () => {
      throw new Error('a bug in the reader');
    };
    await expect(sh('yes', { lines: { redactor: undefined, onLine } })).rejects.toThrow(
      'a bug in the reader',
    );
  });
});

describe('a program that cannot be started', () => {
  const run = (program: string, options: Partial<ProgramRun> = {}, args: readonly string[] = []) =>
    runProgram(program, args, { environment, folder, timeoutMs: 60_000, ...options });

  test('is missing', async () => {
    await expect(run('no-such-program')).rejects.toMatchObject({
      code: 'program-missing',
      what: expect.stringContaining('no-such-program'),
      cause: expect.not.objectContaining({ spawnargs: expect.anything() }),
    });
  });

  test('is not executable', async () => {
    await writeFile(join(folder, 'tool'), '#!/bin/sh\n');
    await chmod(join(folder, 'tool'), 0o644);
    const started = run('tool', { environment: { PATH: folder } });
    await expect(started).rejects.toMatchObject({ code: 'program-not-executable' });
  });

  test('has a folder that is missing, or is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const name of ['none', 'file']) {
      const at = join(folder, name);
      await expect(run('sh', { folder: at })).rejects.toMatchObject({
        code: 'program-folder-unusable',
        what: expect.stringContaining(at),
      });
    }
  });

  test('is given too many arguments', async () => {
    const started = run(
      'sh',
      {},
      Array.from({ length: 100 }, () => 'x'.repeat(100_000)),
    );
    await expect(started).rejects.toMatchObject({ code: 'program-arguments-too-long' });
  });

  test('finds too many files open', async () => {
    const script = `
      const { openSync } = require('node:fs');
      import(process.argv[1]).then(async ({ runProgram }) => {
        await runProgram('true', [], { environment: { PATH: '/usr/bin:/bin' }, folder: '/', timeoutMs: 60_000 });
        try { for (;;) openSync('/dev/null'); } catch {}
        await runProgram('true', [], { environment: { PATH: '/usr/bin:/bin' }, folder: '/', timeoutMs: 60_000 });
      }).catch((error) => process.stdout.write(error.code + ' ' + error.cause?.code));
    `;
    const built = join(folder, 'run-program.mjs');
    const { build } = await import('esbuild');
    await build({
      entryPoints: [join(import.meta.dirname, 'run-program.ts')],
      outfile: built,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const limited = 'ulimit -n 64; exec "$0" "$@"';
    const { stdout } = await run('sh', {}, ['-c', limited, process.execPath, '-e', script, built]);
    expect(stdout).toBe('program-not-started EMFILE');
  });
});

test('no output of a program that exits at once is lost', async () => {
  const outputs = await Promise.all(
    Array.from({ length: 20 }, () => sh('head -c 150000 /dev/zero | tr "\\0" x')),
  );
  for (const { stdout } of outputs) expect(stdout.length).toBe(150_000);
});
