import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createEventStream } from './event-stream.ts';

test('every event is read, also those from before the reading began', async () => {
  const stream = createEventStream<number>();
  stream.push(1);
  stream.push(2);
  stream.close();
  stream.push(3);
  const read: number[] = [];
  for await (const event of stream) read.push(event);
  expect(read).toEqual([1, 2]);
});

test('nobody waits for a reader that is not there', async () => {
  const stream = createEventStream<number>();
  stream.push(1);
  await stream.caughtUp();
  for await (const _ of stream) break;
  stream.push(2);
  await stream.caughtUp();
});

test('a slow reader is waited for', async () => {
  const stream = createEventStream<number>();
  const reader = stream[Symbol.asyncIterator]();
  stream.push(1);
  stream.push(2);
  expect(await reader.next()).toMatchObject({ value: 1 });
  let isCaughtUp = false;
  const waiting = stream.caughtUp().then(() => {
    isCaughtUp = true;
  });
  await settle();
  expect(isCaughtUp).toBe(false);
  expect(await reader.next()).toMatchObject({ value: 2 });
  void reader.next();
  await waiting;
});
