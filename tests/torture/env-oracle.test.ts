import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompose } from '@de-build/testbed';
import { expect, test } from '@jest/globals';
import { compareEnvFiles } from './env-oracle.ts';

const title = 'no random env file is read with another value than Compose reads';

if ((await findCompose()) === undefined)
  test.skip(`${title}: skipped, because there is no Docker Compose 2`, () => undefined);
else
  test(title, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'de-build-env-'));
    const reported: string[] = [];
    try {
      const { signal } = new AbortController();
      const tell = (text: string) => reported.push(text);
      const figures = await compareEnvFiles({ isQuick: true, signal, folder, tell, cleanUps: [] });
      expect(reported).toEqual([]);
      expect(figures.map(({ isMet }) => isMet)).toEqual([true, true]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
