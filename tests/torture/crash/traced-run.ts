import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Strace } from '@de-build/testbed';

/** One system call of the thread that does a program's file work. */
export interface Call {
  readonly name: string;
  /** How many of its name there were up to and with this one. */
  readonly nth: number;
  /** The paths it names, with what is made up for each run taken out. */
  readonly label: string;
  /** Whether it changes a file, and does not only try. */
  readonly isChange: boolean;
  /** Whether it was made to fail. */
  readonly isInjected: boolean;
}

/** A fault at the n-th system call of a name: it fails with an error, or the program dies before it is made. */
export interface Injection {
  readonly name: string;
  readonly nth: number;
  readonly fault: 'signal=KILL' | 'error=ENOSPC' | 'error=EIO';
}

export interface TracedRun {
  /** `undefined` when it was killed. */
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly calls: readonly Call[];
}

export interface TracedProgram {
  readonly strace: Strace;
  /** The file that is the command `de-build`, and its arguments. */
  readonly cli: string;
  readonly args: readonly string[];
  readonly site: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder for what is needed meanwhile. */
  readonly scratch: string;
}

export const CHANGING_CALLS = [
  'openat',
  'write',
  'pwrite64',
  'rename',
  'link',
  'unlink',
  'mkdir',
  'rmdir',
  'fsync',
  'fdatasync',
  'ftruncate',
  'chmod',
  'fchmod',
] as const;

/**
 * Runs the program with one thread for its file work (libuv's pool), and watches that thread alone: so calls are counted
 * as they are made, and none of a child or of the network is among them.
 */
export async function runTraced(program: TracedProgram, injection?: Injection): Promise<TracedRun> {
  const { strace, cli, args, site, environment, scratch } = program;
  const log = join(scratch, 'calls');
  const threadFile = join(scratch, 'thread');
  await Promise.all([log, threadFile].map((file) => rm(file, { force: true })));
  // Not next to this file, which runs from a bundle, too.
  const preload = resolve(cli, '../../../../tests/torture/crash/wait-for-tracer.mjs');
  const child = spawn(process.execPath, ['--import', preload, cli, ...args], {
    cwd: site,
    env: { ...environment, UV_THREADPOOL_SIZE: '1', TORTURE_THREAD_FILE: threadFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = new Promise<number | undefined>((resolve) =>
    child.once('close', (code) => resolve(code ?? undefined)),
  );
  const thread = await waitForThread(threadFile, () => child.exitCode !== null);
  const tracer = spawn(
    strace.command,
    [
      ...['-qq', '-y', '-s', '0', '-o', log, '-e', `trace=${injection?.name ?? CHANGING_CALLS.join(',')}`],
      ...(injection === undefined
        ? []
        : ['-e', `inject=${injection.name}:${injection.fault}:when=${injection.nth}`]),
      ...['-p', thread],
    ],
    { env: strace.environment, stdio: 'ignore' },
  );
  const traced = new Promise((resolve) => tracer.once('close', resolve));
  const exitCode = await ended;
  await traced;
  return { exitCode, output, calls: parseCalls(await readFile(log, 'utf8'), site) };
}

async function waitForThread(file: string, isOver: () => boolean): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return text.trim();
    if (isOver()) throw new Error('The program ended before it could be watched');
    await sleep(5);
  }
}

function parseCalls(text: string, site: string): readonly Call[] {
  const counts = new Map<string, number>();
  return text.split('\n').flatMap((line) => {
    const [, name, rest = ''] = /^(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const isOfFile = rest.includes(site) || rest.includes('/de-build-git-');
    const hasFailed = / = -1 E\w+ \([^)]*\)$/.test(rest);
    const isInjected = rest.endsWith('(INJECTED)');
    const isReading = name === 'openat' && !rest.includes('O_CREAT');
    return [
      {
        name,
        nth,
        label: labelOf(name, rest, site),
        isChange: isOfFile && !hasFailed && !isReading,
        isInjected,
      },
    ];
  });
}

function labelOf(name: string, rest: string, site: string): string {
  const paths = [...rest.matchAll(/"([^"]+)"|<([^>]+)>/g)].map(([, quoted, open]) => quoted ?? open ?? '');
  const inSite = paths
    .map((path) => path.replace(site, '').replace(/^\/?.*(?=\/de-build-git-)/, ''))
    .map((path) => path.replace(/de-build-git-[\w-]+/, 'home').replace(/[0-9a-f]{12,40}/g, 'X'))
    .map((path) => path.replace(/127\.0\.0\.1-\d+-/g, ''));
  return `${name} ${[...new Set(inSite)].filter((path) => path !== '').join(' ')}`;
}
