import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { interruptReleases } from '../torture/ctrl-c.ts';
import { killEngines } from '../torture/engine-killed.ts';
import type { Figure } from '../torture/figure.ts';
import { prepareTrials, type ReleaseTrials } from '../torture/release-trials.ts';
import type { TortureContext } from '../torture/torture-context.ts';
import { withPrivateEngines } from './on-each-engine.ts';
import { DE_BUILD } from './run-cli.ts';

withPrivateEngines('a release that is disturbed at some points: the short form of the torture', () => {
  let context: TortureContext;
  let trials: ReleaseTrials;
  const cleanUps: (() => Promise<unknown>)[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'de-build-torture-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const { signal } = new AbortController();
    const tell = (text: string) => said.push(text);
    context = { isQuick: true, signal, folder, tell, cleanUps, cli: DE_BUILD, engines: async () => [] };
    trials = await prepareTrials(context);
  }, 300_000);
  afterAll(async () => {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  });

  /** Aims in seconds are for a machine that has nothing else to do. */
  function expectAllMet(figures: readonly Figure[]): void {
    const missed = figures.filter(({ isMet, aim }) => isMet === false && !aim?.includes(' s'));
    if (missed.length > 0) throw new Error(`${JSON.stringify(missed)}\n${said.join('\n')}`);
    expect(figures.length).toBeGreaterThan(3);
  }

  test('Ctrl-C leaves all of a release or nothing', async () => {
    expectAllMet(await interruptReleases(context, 4, trials));
  }, 600_000);

  test('a killed engine is no success, and leaves nothing that the next run does not take away', async () => {
    expectAllMet(await killEngines(context, 2, trials));
  }, 600_000);
});
