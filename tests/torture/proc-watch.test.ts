import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedEngines, whyNoEngine } from '@de-build/testbed';
import { expect, test } from '@jest/globals';
import { DE_BUILD } from '../engine/run-cli.ts';
import { watchReleases } from './proc-watch.ts';

const reason = whyNoEngine();
const withEngine = reason === undefined ? test : test.skip;

withEngine(
  `no process of a release is given a secret, and no file that others may read${reason ?? ''}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'de-build-watch-'));
    const cleanUps: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
    const reported: string[] = [];
    try {
      const figures = await watchReleases({
        isQuick: true,
        signal: new AbortController().signal,
        folder,
        tell: (text) => reported.push(text),
        cleanUps,
        cli: DE_BUILD,
        engines: async () => sharedEngines(),
      });
      expect({
        missed: figures.filter(({ isMet }) => isMet !== true),
        reported: reported.filter((text) => text.startsWith('LEAK')),
      }).toEqual({ missed: [], reported: [] });
      expect(figures.length).toBeGreaterThan(2);
    } finally {
      for (const cleanUp of cleanUps.toReversed()) await cleanUp();
    }
  },
);
