import { expect, test } from '@jest/globals';
import { comparePaired } from './compare-paired.ts';

test('runs alternate, warm-ups do not count, and the ratio is that of the pairs', async () => {
  const order: string[] = [];
  const replay = (name: string, values: number[]) => async () => {
    order.push(name);
    return values.shift() ?? Number.NaN;
  };
  const comparison = await comparePaired({
    // The machine is ten times slower during the second pair.
    ours: replay('a', [1000, 2, 20, 3]),
    peer: replay('b', [1, 4, 40, 4]),
    pairs: 3,
    warmUps: 1,
  });
  expect(order.join('')).toBe('abababab');
  expect(comparison).toEqual({ ours: 3, peer: 4, ratio: 0.5, quartiles: [0.5, 0.625] });
});
