import { expect, test } from '@jest/globals';
import { joinComparisons } from './join-comparisons.ts';
import type { RebuildComparison, RebuildVerdict } from './rebuild-report.ts';

const one = (platform: string, verdict: RebuildVerdict, proof: string) => ({
  platform,
  comparison: {
    verdict,
    proof,
    inputs: [{ name: platform, from: null, to: null }],
  } as unknown as RebuildComparison,
});

test('the verdict is that of the worst platform, and its proof that of all', () => {
  const [amd64, arm64] = [
    one('linux/amd64', 'equivalent', 'All 3 files are there.'),
    one('linux/arm64', 'different', '1 added.'),
  ];
  const joined = { verdict: 'different', inputs: [{ name: 'linux/arm64' }] };
  const proof = 'linux/amd64: All 3 files are there. linux/arm64: 1 added.';
  expect(joinComparisons([amd64, arm64])).toMatchObject({ ...joined, proof });
  expect(joinComparisons([arm64, amd64])).toMatchObject(joined);
});

test('what is not proven for one platform is not proven', () => {
  const all = [
    one('linux/amd64', 'identical', 'The same.'),
    one('linux/arm64', 'unproven', 'Nothing known.'),
  ];
  expect(joinComparisons(all)).toMatchObject({ verdict: 'unproven' });
});

test('one platform is shown as before, and a proof that is the same for all once', () => {
  const same = one('linux/amd64', 'identical', 'The same.');
  expect(joinComparisons([same])).toBe(same.comparison);
  expect(joinComparisons([same, one('linux/arm64', 'identical', 'The same.')]).proof).toBe(
    'linux/amd64, linux/arm64: The same.',
  );
});
