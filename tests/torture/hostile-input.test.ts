import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DE_BUILD } from '../engine/run-cli.ts';
import { plantHostileInput } from './hostile-input.ts';

test('hostile addresses, refs and files are refused by name, and run nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-hostile-'));
  const cleanUps: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const reported: string[] = [];
  try {
    const figures = await plantHostileInput({
      isQuick: true,
      signal: new AbortController().signal,
      folder,
      tell: (text) => reported.push(text),
      cleanUps,
      cli: DE_BUILD,
      engines: async () => [],
    });
    expect({ missed: figures.filter(({ isMet }) => isMet !== true), reported }).toEqual({
      missed: [],
      reported: [],
    });
    expect(figures).toHaveLength(4);
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
});
