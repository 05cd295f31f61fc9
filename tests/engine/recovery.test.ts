import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedEngines } from '@de-build/testbed';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CrashWorld, createCrashWorld } from '../torture/crash/crash-world.ts';
import { failEveryWrite } from '../torture/crash/disk-errors.ts';
import { killAtEverySyscall } from '../torture/crash/kill-every-syscall.ts';
import { DE_BUILD } from './run-cli.ts';

// Short forms of parts of `npm run torture`.
let folder: string;
let world: CrashWorld | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-recovery-'));
  const engine = sharedEngines().at(-1);
  if (engine === undefined) return;
  const created = await createCrashWorld({ folder, cli: DE_BUILD, engine });
  if (!('reason' in created)) world = created;
});
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

test('a release that is killed leaves nothing torn, and the next run mends what it left', async () => {
  if (world === undefined) return;
  const { runs, breaches, notConverged } = await killAtEverySyscall(world, { atMost: 10 });
  expect({ breaches, notConverged }).toEqual({ breaches: [], notConverged: [] });
  expect(runs).toBeGreaterThanOrEqual(10);
}, 600_000);

test('a disk that is full or fails lets no release succeed that is none', async () => {
  if (world === undefined) return;
  const { runs, falseSuccesses, breaches } = await failEveryWrite(world, { atMost: 6 });
  expect({ falseSuccesses, breaches }).toEqual({ falseSuccesses: [], breaches: [] });
  expect(runs).toBe(6);
}, 600_000);
