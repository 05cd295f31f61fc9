import { expect, test } from '@jest/globals';
import { parseKeepStorage, parseOlderThan } from './prune-limits.ts';

test.each([
  ['90m', 5400],
  ['36h', 129_600],
  ['1d12h', 129_600],
  ['2w', 1_209_600],
])('%s is %d seconds', (text, seconds) => {
  expect(parseOlderThan(text)).toBe(seconds);
});

test.each(['', '7', 'd', '7 d', '7days', '-7d', '1.5h'])('%j is no age', (text) => {
  expect(() => parseOlderThan(text)).toThrow(
    expect.objectContaining({ code: 'prune-limit-malformed', exitCode: 2 }),
  );
});

test('a size keeps its unit', () => {
  expect(parseKeepStorage('20GB')).toBe(20e9);
  expect(parseKeepStorage('0')).toBe(0);
  for (const bad of ['much', '20'])
    expect(() => parseKeepStorage(bad)).toThrow(expect.objectContaining({ exitCode: 2 }));
});
