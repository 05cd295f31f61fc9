import { expect, test } from '@jest/globals';
import { parseLockWait } from './lock-wait.ts';

test.each([
  ['', Number.POSITIVE_INFINITY],
  ['0', 0],
  ['90', 90],
  ['90s', 90],
  ['10m', 600],
  ['2h', 7200],
])('%j is %d seconds', (text, seconds) => {
  expect(parseLockWait(text)).toBe(seconds);
});

test.each([' ', 'm', '10 m', '-1s', '1.5h', '10days', '99999999s'])('%j is no duration', (text) => {
  expect(() => parseLockWait(text)).toThrow(expect.objectContaining({ code: 'lock-wait-malformed' }));
});
