import { setTimeout as sleep } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { watchSilence } from './watch-silence.ts';

const EVERY_MS = 40;

async function watch(ping: () => Promise<void>, during: (reset: () => void) => Promise<void>) {
  let dead = 0;
  let pings = 0;
  const transport = {
    ping: () => {
      pings++;
      return ping();
    },
  };
  const silence = watchSilence(transport, () => dead++, EVERY_MS);
  await during(silence.reset);
  silence.end();
  return { dead, pings };
}

const answers = async () => undefined;
const fails = async () => {
  throw new Error('no answer');
};

test('a silent engine that answers is alive', async () => {
  const { dead, pings } = await watch(answers, () => sleep(EVERY_MS * 5));
  expect(dead).toBe(0);
  expect(pings).toBeGreaterThan(0);
});

test('a silent engine that does not answer is dead', async () => {
  expect((await watch(fails, () => sleep(EVERY_MS * 5))).dead).toBeGreaterThan(0);
});

test('one ping that fails is not yet death', async () => {
  let failed = 0;
  const failsOnce = async () => {
    if (failed++ === 0) throw new Error('no answer');
  };
  const { dead, pings } = await watch(failsOnce, () => sleep(EVERY_MS * 8));
  expect(dead).toBe(0);
  expect(pings).toBeGreaterThan(1);
});

test('a dead engine is noticed within a minute, though every ping takes its ten seconds', async () => {
  jest.useFakeTimers();
  try {
    let noticedAfter: number | undefined;
    const ping = () =>
      new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer')), 10_000));
    const silence = watchSilence({ ping }, (seconds) => {
      noticedAfter ??= seconds;
    });
    await jest.advanceTimersByTimeAsync(60_000);
    silence.end();
    expect(noticedAfter).toBeLessThanOrEqual(60);
  } finally {
    jest.useRealTimers();
  }
});

test('an engine that sends something is not pinged', async () => {
  const talk = async (reset: () => void) => {
    for (let left = 20; left > 0; left--) {
      reset();
      await sleep(5);
    }
  };
  expect((await watch(fails, talk)).dead).toBe(0);
});

test('nothing happens after its end', async () => {
  let dead = 0;
  const silence = watchSilence({ ping: fails }, () => dead++, EVERY_MS);
  silence.end();
  await sleep(EVERY_MS * 3);
  expect(dead).toBe(0);
});
