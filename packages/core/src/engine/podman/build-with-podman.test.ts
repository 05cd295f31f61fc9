import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { BuildRequest, ImageDetails } from '../engine.ts';
import type { EngineRequest, EngineTransport } from '../transport.ts';
import { buildWithPodman } from './build-with-podman.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-plain-'));
  await writeFile(join(folder, 'Containerfile'), 'FROM x\n');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** An engine that reads the context and then sends this answer; `onSend` is called when the first bytes arrive. */
function engineSaying(answer: string, onSend: () => Promise<void> = async () => undefined): EngineTransport {
  return {
    endpoint: 'unix:///x.sock',
    ping: async () => undefined,
    async request({ body }: EngineRequest) {
      let isFirst = true;
      try {
        for await (const _ of body as Readable) {
          if (isFirst) await onSend();
          isFirst = false;
        }
      } catch {
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      }
      return { status: 200, headers: {}, body: Readable.from([Buffer.from(answer)]) };
    },
  } as unknown as EngineTransport;
}

const build = (
  transport: EngineTransport,
  change: Partial<BuildRequest> = {},
  known: readonly string[] = [],
) =>
  buildWithPodman(
    transport,
    { inspect: async (id) => (known.includes(id) ? ({ id } as ImageDetails) : undefined) },
    {
      contextFolder: folder,
      containerfile: join(folder, 'Containerfile'),
      tags: [],
      buildArgs: {},
      secrets: {},
      labels: {},
      noCache: false,
      pull: false,
      neverSend: [],
      builder: 'podman',
      ...change,
    },
  );

const DONE = '{"stream":"STEP 1/1: FROM x\\n"}\n{"aux":{"ID":"sha256:1"}}\n';

test('succeeds when the engine has the image that it named', async () => {
  expect(await build(engineSaying(DONE), {}, ['sha256:1'])).toMatchObject({
    id: 'sha256:1',
    sent: { files: 1 },
  });
});

test('is an error when the engine does not have the image that it named', async () => {
  await expect(build(engineSaying(DONE))).rejects.toMatchObject({ code: 'built-image-missing' });
});

test('a context that changes meanwhile is the error, not the connection that breaks with it', async () => {
  await writeFile(join(folder, 'a-large'), Buffer.alloc(3_000_000));
  await writeFile(join(folder, 'b-small'), 'b');
  const engine = engineSaying(DONE, () => rm(join(folder, 'b-small')));
  await expect(build(engine)).rejects.toMatchObject({ code: 'context-changed' });
});

test('an abort is an interruption, even if something else fails', async () => {
  const stop = new AbortController();
  const engine = engineSaying('', async () => stop.abort());
  await expect(build(engine, { signal: stop.signal })).rejects.toMatchObject({ code: 'build-interrupted' });
});

test('a missing Containerfile is an error before anything is sent', async () => {
  const containerfile = join(folder, 'none');
  await expect(build(engineSaying(DONE), { containerfile })).rejects.toMatchObject({
    code: 'containerfile-unreadable',
  });
});
