import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { withinGrace } from './within-grace.ts';

const never = new Promise<never>(() => undefined);

test('work that ends is waited for, also after an abort', async () => {
  const stop = new AbortController();
  const work = withinGrace(stop.signal, sleep(20, 'done'), 5_000);
  stop.abort(new Error('stopped'));
  expect(await work).toBe('done');
  expect(await withinGrace(stop.signal, sleep(20, 'done'), 5_000)).toBe('done');
});

test('work that does not end is left behind', async () => {
  const stop = new AbortController();
  const work = withinGrace(stop.signal, never, 20);
  stop.abort(new Error('stopped'));
  await expect(work).rejects.toThrow('stopped');
  await expect(withinGrace(stop.signal, never, 20)).rejects.toThrow('stopped');
});

test('work that fails fails', async () => {
  const { signal } = new AbortController();
  await expect(withinGrace(signal, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
