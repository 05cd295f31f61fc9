import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { BuildEvent } from '../build-event.ts';
import { createGrpcClient } from '../session/grpc-client.ts';
import { type GrpcCall, type GrpcMethod, serveGrpc } from '../session/grpc-server.ts';
import { GrpcError } from '../session/grpc-status.ts';
import { bytesField } from '../session/protobuf.ts';
import { engineBuildKit } from './buildkit.ts';
import { CONTROL } from './control.ts';
import { runBuild } from './run-build.ts';
import { createStepLedger } from './step-ledger.ts';

interface FakeBuilder {
  readonly solve: GrpcMethod;
  readonly status?: GrpcMethod;
  readonly isAlive?: boolean;
}

let pings = 0;
let builderSocket: Socket;
const closing: (() => void)[] = [];
afterEach(() => {
  jest.useRealTimers();
  for (const close of closing.splice(0)) close();
});

async function run(
  builder: FakeBuilder,
  signal?: AbortSignal,
  events: BuildEvent[] = [],
  caughtUp: () => Promise<void> = async () => undefined,
) {
  const [ours, theirs] = await socketPair();
  builderSocket = theirs;
  const methods = { [CONTROL.solve]: builder.solve, [CONTROL.status]: builder.status ?? NO_PROGRESS };
  const server = serveGrpc(theirs, methods, () => undefined);
  const client = createGrpcClient(ours);
  closing.push(() => client.close(), server.close);
  const transport = {
    endpoint: 'unix:///engine.sock',
    hijack: () => Promise.reject(new Error('It is connected.')),
    async ping() {
      pings += 1;
      if (builder.isAlive === false) throw new Error('gone');
    },
  };
  const request = {
    ...{ contextFolder: '/c', containerfile: '/c/Containerfile', tags: [], buildArgs: {}, secrets: {} },
    ...{ labels: {}, noCache: false, pull: false, neverSend: [], caughtUp },
    ...(signal === undefined ? {} : { signal }),
  };
  const ledger = createStepLedger((event) => events.push(event));
  return runBuild({
    buildKit: engineBuildKit(transport),
    client,
    request,
    sessionId: 's',
    ledger,
    purpose: 'build',
    cacheFrom: [],
  });
}

async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[theirs]] = await Promise.all([once(server, 'connection'), once(ours, 'connect')]);
  server.close();
  return [ours, theirs];
}

const NO_PROGRESS: GrpcMethod = { converse: async () => undefined };
const DIGEST = Buffer.concat([bytesField(1, 'containerimage.digest'), bytesField(2, 'sha256:abc')]);
const ending = (answer: Buffer): GrpcMethod => ({ answer: () => answer });
const failing = (code: number, message: string): GrpcMethod => ({
  answer: () => {
    throw new GrpcError(code, message);
  },
});
/** Runs until somebody hangs up. */
const endless: GrpcMethod = {
  converse: ({ signal }: GrpcCall) => new Promise((end) => signal.addEventListener('abort', () => end())),
};

test('an image', async () => {
  expect(await run({ solve: ending(bytesField(1, DIGEST)) })).toEqual({ imageIds: ['sha256:abc'] });
});

test('the builder’s error, whatever its letters', async () => {
  const message = 'process "/bin/sh -c é%41" did not complete: exit code: 1';
  expect(await run({ solve: failing(2, message) })).toEqual({ error: message });
});

test.each<[string, FakeBuilder, string]>([
  ['an end without an image', { solve: ending(Buffer.alloc(0)) }, 'build-without-image'],
  ['a builder that shuts down', { solve: failing(14, 'transport is closing') }, 'engine-lost'],
  ['a build that somebody else cancelled', { solve: failing(1, 'context canceled') }, 'engine-lost'],
  [
    'a connection that breaks',
    { solve: { converse: async () => void builderSocket.destroy() } },
    'engine-lost',
  ],
  [
    'progress that is none',
    {
      solve: endless,
      status: {
        async converse({ writer }) {
          const { target, at } = writer.reserve(2);
          writer.commit(at + target.write('\x0a\x05', at));
          await writer.flush();
        },
      },
    },
    'engine-answer-unreadable',
  ],
])('%s is no success', async (_, builder, code) => {
  await expect(run(builder)).rejects.toMatchObject({ code });
});

test('steps are reported, and those that run at the end have ended', async () => {
  const events: BuildEvent[] = [];
  const vertex = Buffer.concat([
    bytesField(1, 'a'),
    bytesField(3, 'RUN it'),
    bytesField(5, Buffer.from([8, 1])),
  ]);
  const status: GrpcMethod = { answer: () => bytesField(1, vertex) };
  await run({ solve: ending(bytesField(1, DIGEST)), status }, undefined, events);
  expect(events).toMatchObject([
    { name: 'RUN it', state: 'started' },
    { name: 'RUN it', state: 'done' },
  ]);
});

/** Lets sockets, which fake timers do not move, come to rest. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a builder that sends nothing and answers no ping is an error', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  const building = expect(run({ solve: endless, isAlive: false })).rejects.toMatchObject({
    code: 'engine-idle',
  });
  for (let second = 0; second < 125; second += 1) {
    await jest.advanceTimersByTimeAsync(1000);
    await settle();
  }
  await building;
});

test('a builder that sends nothing and answers pings is waited for', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  const interrupt = new AbortController();
  let isOver = false;
  pings = 0;
  const building = expect(
    run({ solve: endless }, interrupt.signal).finally(() => {
      isOver = true;
    }),
  ).rejects.toMatchObject({ code: 'build-interrupted' });
  await jest.advanceTimersByTimeAsync(600_000);
  expect(isOver).toBe(false);
  expect(pings).toBeGreaterThan(5);
  interrupt.abort();
  await jest.advanceTimersByTimeAsync(2_500);
  await building;
});

describe('progress that is shown slowly', () => {
  const status: GrpcMethod = { answer: () => bytesField(1, Buffer.concat([bytesField(1, 'a')])) };
  const solve = ending(bytesField(1, DIGEST));

  /** Runs a build whose progress is not shown until `show` is called. */
  async function runBehind(signal?: AbortSignal) {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    let show: () => void = () => undefined;
    const isBehind = new Promise<void>((resolve) => {
      show = resolve;
    });
    let isOver = false;
    const building = run({ solve, status }, signal, [], () => isBehind).finally(() => {
      isOver = true;
    });
    building.catch(() => undefined);
    for (let second = 0; second < 60; second += 1) {
      await jest.advanceTimersByTimeAsync(1000);
      await settle();
    }
    expect(isOver).toBe(false);
    return { building, show };
  }

  test('is shown to its end', async () => {
    const { building, show } = await runBehind();
    show();
    expect(await building).toMatchObject({ imageIds: ['sha256:abc'] });
  });

  test('does not delay the end of a build that is interrupted', async () => {
    const interrupt = new AbortController();
    const { building } = await runBehind(interrupt.signal);
    interrupt.abort();
    await jest.advanceTimersByTimeAsync(2_500);
    await expect(building).rejects.toMatchObject({ code: 'build-interrupted' });
  });
});

test('a success that comes after the interruption is none', async () => {
  const interrupt = new AbortController();
  const solve: GrpcMethod = {
    answer: () => {
      interrupt.abort();
      return bytesField(1, DIGEST);
    },
  };
  await expect(run({ solve }, interrupt.signal)).rejects.toMatchObject({
    code: 'build-interrupted',
    exitCode: 130,
  });
});
