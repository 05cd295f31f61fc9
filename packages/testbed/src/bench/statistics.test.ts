import { describe, expect, test } from '@jest/globals';
import { fitExponent, median, quantile } from './statistics.ts';

describe('median', () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[1, 2, 3, 100], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('of nothing is an error', () => {
    expect(() => median([])).toThrow('No values');
  });

  test('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

test.each([
  [0, 10],
  [0.25, 12.5],
  [1, 20],
])('quantile %d of 10, 15, 20 is %d', (share, expected) => {
  expect(quantile([20, 10, 15], share)).toBe(expected);
});

describe('fitExponent', () => {
  test.each([
    ['a constant', (_x: number) => 7, 0],
    ['a line through zero', (x: number) => 0.3 * x, 1],
    ['a square', (x: number) => 2 * x * x, 2],
  ])('of %s', (_name, curve, expected) => {
    const points = [1000, 5000, 10_000].map((x) => ({ x, y: curve(x) }));
    expect(fitExponent(points)).toBeCloseTo(expected, 10);
  });

  test('of one point is an error', () => {
    expect(() => fitExponent([{ x: 1, y: 1 }])).toThrow('two points');
  });
});
