import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { BuildEvent } from '../build-event.ts';
import type { EngineRequest } from '../transport.ts';
import { type BuildRun, runBuild } from './run-build.ts';
import { createStepLedger } from './step-ledger.ts';

const ID = '{"id":"moby.image.id","aux":{"ID":"sha256:abc"}}\n';
const TRACE = '{"id":"moby.buildkit.trace","aux":"CgYKAWEaAWI="}\n';

interface FakeEngine {
  readonly answer?: (request: EngineRequest) => Readable | Promise<never>;
  readonly status?: number;
  readonly isAlive?: boolean;
}

let asked: string[];
beforeEach(() => {
  asked = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function run(engine: FakeEngine, signal?: AbortSignal, events: BuildEvent[] = []) {
  const transport: BuildRun['transport'] = {
    endpoint: 'unix:///engine.sock',
    async request(request) {
      const body = await (engine.answer?.(request) ?? Readable.from([]));
      return { status: engine.status ?? 200, headers: {}, body };
    },
    async json(request) {
      asked.push(request.path);
      return undefined;
    },
    async ping() {
      asked.push('ping');
      if (engine.isAlive === false) throw new Error('gone');
    },
  };
  const request = {
    ...{ contextFolder: '/c', containerfile: '/c/Containerfile', tags: [], buildArgs: {}, secrets: {} },
    ...{ labels: {}, noCache: false, pull: false, neverSend: [], builder: 'buildkit' as const },
    ...(signal === undefined ? {} : { signal }),
  };
  return runBuild({
    transport,
    request,
    sessionId: 's',
    ledger: createStepLedger((event) => events.push(event)),
  });
}

const saying = (...chunks: string[]): FakeEngine => ({
  answer: () => Readable.from(chunks.map((it) => Buffer.from(it))),
});

test('lines may be cut anywhere', async () => {
  const text = TRACE + ID;
  for (let at = 1; at < text.length; at += 7) {
    expect(await run(saying(text.slice(0, at), text.slice(at)))).toEqual({ imageId: 'sha256:abc' });
  }
});

test.each<[string, FakeEngine, object]>([
  [
    'an error counts even if more follows',
    saying('{"errorDetail":{"message":"no"},"error":"no"}\n', ID),
    { error: 'no' },
  ],
  ['an error without detail', saying('{"error":"no"}\n'), { error: 'no' }],
])('%s', async (_, engine, outcome) => {
  expect(await run(engine)).toEqual(outcome);
});

test.each<[string, FakeEngine, string]>([
  ['half a line at the end', saying(TRACE, ID.slice(0, 20)), 'engine-lost'],
  ['half a line after the id', saying(ID, '{"id":'), 'engine-lost'],
  ['an end without an image', saying(TRACE), 'build-without-image'],
  ['an end without an image of an engine that is gone', { ...saying(TRACE), isAlive: false }, 'engine-lost'],
  ['an image without an id', saying('{"id":"moby.image.id","aux":{}}\n'), 'build-without-image'],
  [
    'a trace that is none',
    saying('{"id":"moby.buildkit.trace","aux":"CgUK"}\n', ID),
    'engine-answer-unreadable',
  ],
  ['a refusal', { ...saying('{"message":"bad parameter"}'), status: 400 }, 'engine-refused'],
  ['a failure', { ...saying('{"message":"broken"}'), status: 500 }, 'engine-failed'],
  [
    'a connection that breaks',
    {
      answer: () =>
        new Readable({
          read() {
            this.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
          },
        }),
    },
    'engine-lost',
  ],
])('%s is no success', async (_, engine, code) => {
  await expect(run(engine)).rejects.toMatchObject({ code });
});

/** Answers when, and only when, somebody hangs up. */
const silent = (request: EngineRequest) =>
  new Promise<never>((_, reject) =>
    request.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
  );

test('an engine that sends nothing and answers no ping is an error', async () => {
  jest.useFakeTimers();
  const building = expect(run({ answer: silent, isAlive: false })).rejects.toMatchObject({
    code: 'engine-idle',
  });
  await jest.advanceTimersByTimeAsync(125_000);
  await building;
});

test('an engine that sends nothing and answers pings is waited for', async () => {
  jest.useFakeTimers();
  const interrupt = new AbortController();
  let isOver = false;
  const building = expect(
    run({ answer: silent }, interrupt.signal).finally(() => {
      isOver = true;
    }),
  ).rejects.toMatchObject({ code: 'build-interrupted' });
  await jest.advanceTimersByTimeAsync(600_000);
  expect(isOver).toBe(false);
  expect(asked.length).toBeGreaterThan(5);
  interrupt.abort();
  await jest.advanceTimersByTimeAsync(2_500);
  await building;
  expect(asked).toContain('/build/cancel');
});

test('a success that comes after the interruption is none', async () => {
  const interrupt = new AbortController();
  const answer = () => {
    interrupt.abort();
    return Readable.from([Buffer.from(ID)]);
  };
  await expect(run({ answer }, interrupt.signal)).rejects.toMatchObject({
    code: 'build-interrupted',
    exitCode: 130,
  });
});
