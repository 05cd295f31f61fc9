import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedEngines, whyNoPrivateEngine } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CrashWorld, createCrashWorld } from '../torture/crash/crash-world.ts';
import { failEveryWrite } from '../torture/crash/disk-errors.ts';
import { killAtEverySyscall } from '../torture/crash/kill-every-syscall.ts';
import { stormLock } from '../torture/crash/lock-storm.ts';
import { DE_BUILD } from './run-cli.ts';

// Short forms of parts of `npm run torture`.
const engine = sharedEngines().at(-1);
// Where an engine can be had from the distribution, so can strace.
const testTraced = engine !== undefined && whyNoPrivateEngine() === undefined ? test : test.skip;

let folder: string;
let world: CrashWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-recovery-'));
  if (engine === undefined || whyNoPrivateEngine() !== undefined) return;
  const created = await createCrashWorld({ folder, cli: DE_BUILD, engine });
  if ('reason' in created) throw new Error(created.reason);
  world = created;
}, 300_000);
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

testTraced(
  'a release that is killed leaves no incomplete file, and the next run repairs what it left',
  async () => {
    const { runs, breaches, notConverged } = await killAtEverySyscall(world, { atMost: 8 });
    expect({ breaches, notConverged }).toEqual({ breaches: [], notConverged: [] });
    expect(runs).toBe(8);
  },
  600_000,
);

testTraced(
  'a disk that is full or fails lets no release succeed that is none',
  async () => {
    const { runs, falseSuccesses, breaches } = await failEveryWrite(world, { atMost: 5 });
    expect({ falseSuccesses, breaches }).toEqual({ falseSuccesses: [], breaches: [] });
    expect(runs).toBe(5);
  },
  600_000,
);

test('many processes take the lock of a site, never two at once, and it ends with its holder', async () => {
  const { taken, shared } = await stormLock({ folder, cli: DE_BUILD, processes: 5, rounds: 10, kills: 2 });
  expect({ taken, shared }).toEqual({ taken: 50, shared: 0 });
}, 300_000);
