import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createDemoProgress } from './demo-progress.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

async function written(seconds: number, isTTY: boolean): Promise<string> {
  let text = '';
  const write = (piece: unknown) => {
    text += String(piece);
    return true;
  };
  const { during } = createDemoProgress({ isTTY, write }, () => Date.now());
  const work = during('Making it', () => new Promise((resolve) => setTimeout(resolve, seconds * 1000)));
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  await work;
  return text;
}

test.each([
  ['quick work', 0.5, true, ''],
  ['quick work in a pipe', 0.5, false, ''],
  [
    'work on a terminal',
    2.5,
    true,
    '\r\x1b[KMaking it … 1 s\r\x1b[KMaking it … 2 s\r\x1b[KMaking it: 2.5 s\n',
  ],
  ['work in a pipe', 12.5, false, 'Making it … 1 s\nMaking it … 11 s\nMaking it: 12.5 s\n'],
])('%s', async (_, seconds, isTTY, text) => {
  expect(await written(seconds, isTTY)).toBe(text);
});
