import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type LockedSiteOptions, withLockedSite } from '@de-build/core';
import { allOf, type Figure, noneOf } from '../figure.ts';
import type { TortureContext } from '../torture-context.ts';

export interface StormOptions {
  /** An empty folder. */
  readonly folder: string;
  /** The file that is the command `de-build`. */
  readonly cli: string;
  readonly processes: number;
  readonly rounds: number;
  /** How often a holder is killed. */
  readonly kills: number;
}

export interface StormOutcome {
  /** How often the lock was taken. */
  readonly taken: number;
  /** How often two had it. */
  readonly shared: number;
  /** From the death of a holder until a waiting run has the lock, the longest, in milliseconds. */
  readonly slowestRecoveryMs: number;
}

/** Many processes take the lock of one site again and again; then holders are killed while somebody waits. */
export async function stormLock(options: StormOptions): Promise<StormOutcome> {
  const site = join(options.folder, 'storm');
  await mkdir(site);
  await writeFile(join(site, 'apps.json'), '[]');
  const reports = await Promise.all(
    Array.from({ length: options.processes }, async () => {
      const child = startChild(options.cli, [site, String(options.rounds)]);
      return JSON.parse(await outputOf(child)) as { taken: number; shared: number };
    }),
  );
  let slowestRecoveryMs = 0;
  for (let kill = 0; kill < options.kills; kill++)
    slowestRecoveryMs = Math.max(slowestRecoveryMs, await recoverOnce(site, options.cli));
  return {
    taken: reports.reduce((sum, { taken }) => sum + taken, 0),
    shared: reports.reduce((sum, { shared }) => sum + shared, 0),
    slowestRecoveryMs: Math.round(slowestRecoveryMs),
  };
}

async function recoverOnce(site: string, cli: string): Promise<number> {
  const holder = startChild(cli, [site, '1', '60000']);
  await new Promise((done) => holder.stdout?.once('data', done));
  let reported: () => void = () => undefined;
  const isWaiting = new Promise<void>((done) => {
    reported = done;
  });
  const options: LockedSiteOptions = {
    site,
    what: 'wait',
    environment: process.env,
    lockWaitSeconds: 60,
    onEvent: () => reported(),
  };
  const waiting = withLockedSite(options, async () => performance.now());
  await isWaiting;
  const killedAt = performance.now();
  holder.kill('SIGKILL');
  const recoveredMs = (await waiting) - killedAt;
  await rm(join(site, 'holder'), { force: true });
  return recoveredMs;
}

function startChild(cli: string, args: readonly string[]): ChildProcess {
  // Not next to this file, which runs from a bundle, too.
  const script = resolve(cli, '../../../../tests/torture/crash/storm-child.mjs');
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exitCode = await new Promise((done) => child.once('close', done));
  if (exitCode !== 0) throw new Error(`A process of the storm ended with ${exitCode}`);
  return output;
}

const PART = 'lock-storm';

/** The part of `npm run torture`. */
export async function lockStorm({ isQuick, folder, cli, tell }: TortureContext): Promise<readonly Figure[]> {
  const [processes, rounds, kills] = isQuick ? [8, 20, 3] : [50, 200, 20];
  tell(`${processes} processes take the lock of a site ${rounds} times each`);
  const own = await mkdtemp(join(folder, 'lock-'));
  const { taken, shared, slowestRecoveryMs } = await stormLock({
    folder: own,
    cli,
    processes,
    rounds,
    kills,
  });
  return [
    allOf(processes * rounds, { part: PART, name: 'taken', right: taken }),
    noneOf(taken, { part: PART, name: 'by two at once', wrong: shared }),
    {
      part: PART,
      name: `free after its holder was killed, the slowest of ${kills}`,
      value: `${slowestRecoveryMs} ms`,
      aim: '≤ 1000 ms',
      isMet: slowestRecoveryMs <= 1000,
    },
  ];
}
