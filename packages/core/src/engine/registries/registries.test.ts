import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { Secret } from '../../secrets/secret.ts';
import type { ImageDetails } from '../engine.ts';
import { readText } from '../read-text.ts';
import type { EngineRequest } from '../transport.ts';
import { registries } from './registries.ts';

const DIGEST = `sha256:${'c'.repeat(64)}`;
const NAME = 'registry:5000/acme/erp:1.4.0';

function engineSaying(status: number, ...messages: readonly unknown[]) {
  const asked: EngineRequest[] = [];
  const transport: Parameters<typeof registries>[0] = {
    endpoint: 'unix:///x',
    async text(request) {
      const { body, ...head } = await transport.request(request);
      return { ...head, text: await readText(body) };
    },
    async request(request: EngineRequest) {
      asked.push(request);
      const text = messages.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
      return { status, headers: {}, body: Readable.from([Buffer.from(text)]) };
    },
    ping: async () => undefined,
  };
  const inspect = async () =>
    ({ repoDigests: [`other@sha256:1`, `registry:5000/acme/erp@${DIGEST}`] }) as unknown as ImageDetails;
  return { registries: registries(transport, { inspect }), asked };
}

test('a push returns the digest that the engine reports, and sends the credential', async () => {
  const { registries, asked } = engineSaying(
    200,
    { status: 'Pushed', id: 'a' },
    { aux: { Tag: '1.4.0', Digest: 'sha256:reported' } },
  );
  const credential = { username: 'me', password: new Secret('p', 'pass/word?') };
  expect(await registries.push(NAME, { credential })).toBe('sha256:reported');
  expect(asked[0]).toMatchObject({ path: '/images/registry:5000/acme/erp/push', query: { tag: '1.4.0' } });
  const header = String(asked[0]?.headers?.['X-Registry-Auth']);
  // Docker decodes it with Go's URLEncoding, which requires the padding.
  expect(header.length % 4).toBe(0);
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
    username: 'me',
    password: 'pass/word?',
  });
});

test('without a reported digest, the engine is queried for the digest', async () => {
  expect(await engineSaying(200, { status: 'done' }).registries.push(NAME, {})).toBe(DIGEST);
});

test.each([
  [
    'in the middle of a good answer',
    200,
    { errorDetail: { message: 'denied: requested access' } },
    'registry-refused',
  ],
  [
    'with a bad status',
    500,
    { message: 'Get "https://registry:5000/v2/": dial tcp: connect: connection refused' },
    'registry-unreachable',
  ],
  [
    'over TLS',
    200,
    { error: 'Get "https://registry:5000/v2/": http: server gave HTTP response to HTTPS client' },
    'registry-unreachable',
  ],
  ['because the image is missing', 404, { message: 'No such image: acme/erp' }, 'engine-object-missing'],
  ['by breaking off', 200, '{"status":', 'engine-lost'],
])('a failure that is reported %s', async (_, status, message, code) => {
  const { registries } = engineSaying(status, message);
  await expect(registries.push(NAME, {})).rejects.toMatchObject({ code, exitCode: 5 });
});

test('a pull uses the digest, and reports the bytes of all layers', async () => {
  const reported: number[][] = [];
  const { registries, asked } = engineSaying(
    200,
    { status: 'Downloading', id: 'a1', progressDetail: { current: 3, total: 9 } },
    { status: 'Extracting', id: 'a1', progressDetail: { current: 1, total: 99 } },
    { status: 'Downloading', id: 'b2', progressDetail: { current: 7, total: 5 } },
    { status: 'Digest: sha256:1' },
  );
  await registries.pull(`registry:5000/acme/erp@${DIGEST}`, {
    onProgress: (...bytes) => reported.push(bytes),
  });
  expect(asked[0]?.query).toEqual({ fromImage: 'registry:5000/acme/erp', tag: DIGEST });
  expect(reported).toEqual([
    [3, 9],
    [10, 16],
  ]);
});

test.each([
  ['has it', 200, { Descriptor: { digest: DIGEST } }, DIGEST],
  ['has it not', 404, { message: 'manifest unknown' }, undefined],
  ['does not say', 200, 'nonsense', undefined],
  ['calls an unknown name forbidden', 403, { message: 'denied' }, undefined],
  ['fails with an unknown name', 500, { message: 'manifest unknown: manifest unknown' }, undefined],
])('a registry that %s', async (_, status, message, expected) => {
  expect(await engineSaying(status, message).registries.digestOf(NAME, {})).toBe(expected);
});

test.each([
  [401, 'unauthorized: authentication required', 'registry-refused'],
  [500, 'received unexpected HTTP status: 503 Service Unavailable', 'registry-refused'],
  [500, 'Get "https://registry:5000/v2/": dial tcp: connect: connection refused', 'registry-unreachable'],
])('a registry that answers %i, %s', async (status, message, code) => {
  await expect(engineSaying(status, { message }).registries.digestOf(NAME, {})).rejects.toMatchObject({
    code,
  });
});
