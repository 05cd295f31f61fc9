import type { PrunedMirror } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { createStyle } from '../terminal/style.ts';
import { prunedMirrorReport, pruneReport } from './prune-report.ts';
import { writeText } from './text.ts';

const page = { style: createStyle(false) };
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
  expect(writeText(prunedMirrorReport(pruned), page)).toMatchSnapshot();
});

test('build cache', () => {
  const record = {
    id: 'a',
    type: 'regular',
    description: 'mount / from exec /bin/sh',
    sizeBytes: 1_200_000_000,
  };
  const pruned = { dryRun: true, records: [record], freedBytes: 1_200_000_000, before: 5e9, after: 3.8e9 };
  expect(writeText(pruneReport(pruned), page)).toMatchInlineSnapshot(`
"   SIZE  TYPE     WHAT
1.20 GB  regular  mount / from exec /bin/sh

Would free 1.20 GB of build cache in 1 record (5.00 GB → 3.80 GB). Nothing was changed.
"
`);
  expect(writeText(pruneReport({ ...pruned, dryRun: false, records: Array(35).fill(record) }), page)).toMatch(
    /… and 5 more records\n\nFreed 1.20 GB of build cache in 35 records \(5.00 GB → 3.80 GB\)\.\n$/,
  );
  expect(writeText(pruneReport({ ...pruned, records: [], freedBytes: 0 }), page)).toBe(
    'Nothing to free; the build cache takes 5.00 GB.\n',
  );
});
