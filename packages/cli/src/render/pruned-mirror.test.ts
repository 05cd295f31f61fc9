import type { PrunedMirror } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { renderPrunedMirror } from './pruned-mirror.ts';

const pipe = { isTTY: false, hasColours: false, columns: 80, rows: 24, write: () => {} };
const commit = 'a'.repeat(40);
const one = {
  name: 'github.com-acme-stock-0123456789ab.git',
  dropped: [commit, commit],
  kept: 3,
  isDamaged: false,
};

test.each<[string, PrunedMirror]>([
  ['nothing', { dryRun: false, repositories: [], pins: 0, freedBytes: 0 }],
  [
    'some',
    { dryRun: false, repositories: [{ ...one, freedBytes: 12_300_000 }], pins: 2, freedBytes: 12_300_000 },
  ],
  ['a dry run', { dryRun: true, repositories: [{ ...one, freedBytes: null }], pins: 2, freedBytes: null }],
  [
    'damage',
    {
      dryRun: false,
      repositories: [{ ...one, dropped: [], freedBytes: 0, isDamaged: true }],
      pins: 0,
      freedBytes: 0,
    },
  ],
])('%s', (_, pruned) => {
  expect(renderPrunedMirror(pruned, pipe)).toMatchSnapshot();
});
