import { expect, test } from '@jest/globals';
import { formatAge, formatBytes, formatDuration } from './quantities.ts';

test.each([
  [-5, '0.0s'],
  [40, '0.0s'],
  [440, '0.4s'],
  [12_340, '12.3s'],
  [59_949, '59.9s'],
  [59_950, '1m 00s'],
  [72_000, '1m 12s'],
  [3_599_600, '1h 00m'],
  [3_725_000, '1h 02m'],
])('%i ms is %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [12_340, '12.3 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [1_234_567_890, '1.23 GB'],
  [99_960_000, '100 MB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  ['2026-08-15T11:59:30Z', 'just now'],
  ['2026-08-15T11:58:00Z', '2 minutes ago'],
  ['2026-08-15T10:59:00Z', '1 hour ago'],
  ['2026-08-12T12:00:00Z', '3 days ago'],
  ['2025-01-01T00:00:00Z', '1 year ago'],
  ['2026-08-15T13:30:00Z', 'in 1 hour'],
])('%s is %s', (then, text) => {
  expect(formatAge(new Date(then), new Date('2026-08-15T12:00:00Z'))).toBe(text);
});
