import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DE_BUILD } from '../engine/run-cli.ts';
import { countAlarms } from './audit-alarms.ts';
import { measurePrograms } from './audit-leaks.ts';

test.each([
  ['leaks that programs write and pack', measurePrograms],
  ['no leak where passwords are weak', countAlarms],
])('%s', async (_, measure) => {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-audit-'));
  try {
    const figures = await measure({
      isQuick: true,
      signal: new AbortController().signal,
      folder,
      tell: () => {},
      cleanUps: [],
      cli: DE_BUILD,
      engines: async () => [],
    });
    expect(figures.filter(({ isMet }) => isMet !== true)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
