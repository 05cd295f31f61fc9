import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Secret } from '../../secrets/secret.ts';
import { createRegistryClient, type RegistryClientOptions } from './registry-client.ts';

const credential = { username: 'me', password: new Secret('password', 'pass') };
const BASIC = `Basic ${Buffer.from('me:pass').toString('base64')}`;
let server: Server;
let host: string;
let asked: { readonly method: string; readonly url: string; readonly authorization: string | undefined }[];
let answer: (url: string, response: ServerResponse, authorization: string | undefined) => void;
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const { authorization } = request.headers;
    asked.push({ method, url, authorization });
    answer(url, response, authorization);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = (options: Partial<RegistryClientOptions> = {}) =>
  createRegistryClient({ host, repository: 'acme/erp', credential, ...options });
const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

test('a token is fetched from the server that the registry names, for this repository only', async () => {
  answer = (url, response, authorization) => {
    if (url.startsWith('/token')) json(response, 200, { token: 'T' });
    else if (authorization === 'Bearer T') json(response, 200, {});
    else
      json(
        response,
        401,
        {},
        { 'www-authenticate': `Bearer realm="http://${host}/token",service="reg",scope="x"` },
      );
  };
  expect(await client().manifest('1.0.0')).toMatchObject({
    digest: `sha256:${createHash('sha256').update('{}').digest('hex')}`,
  });
  const token = asked.find(({ url }) => url.startsWith('/token'));
  expect(token).toMatchObject({ authorization: BASIC });
  expect(decodeURIComponent(token?.url ?? '')).toContain('service=reg&scope=repository:acme/erp:pull,push');
});

test('a password is sent only after the registry asked for it', async () => {
  answer = (_, response, authorization) =>
    authorization === BASIC
      ? json(response, 404, {})
      : json(response, 401, {}, { 'www-authenticate': 'Basic realm="x"' });
  expect(await client().manifest('1.0.0')).toBeUndefined();
  expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, BASIC]);
});

test('what the registry says is in the error', async () => {
  answer = (_, response) => json(response, 403, { errors: [{ code: 'DENIED', message: 'not for you' }] });
  await expect(client().manifest('1.0.0')).rejects.toMatchObject({
    code: 'registry-refused',
    why: 'It reported: denied: not for you (403).',
  });
});

test('a registry that is gone is named', async () => {
  await expect(client({ host: '127.0.0.1:1' }).tags()).rejects.toMatchObject({
    code: 'registry-unreachable',
    what: 'The registry 127.0.0.1:1 cannot be reached for 127.0.0.1:1/acme/erp.',
  });
});

test('a long list of tags comes in pages', async () => {
  answer = (url, response) =>
    url.includes('last=b')
      ? json(response, 200, { tags: ['c'] })
      : json(
          response,
          200,
          { tags: ['a', 'b'] },
          { link: '</v2/acme/erp/tags/list?n=2&last=b>; rel="next"' },
        );
  expect(await client().tags()).toEqual(['a', 'b', 'c']);
});

test('a tag is a copy of the manifest, byte for byte', async () => {
  const bytes = Buffer.from('{ "a":1 }');
  let sent = '';
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    request.on('data', (piece) => (sent += piece));
    request.on('end', () => response.writeHead(201).end());
  });
  await client().tag({ digest: 'sha256:ab', mediaType: 'm', bytes }, '1.0.0');
  expect(sent).toBe(bytes.toString());
});

test('a manifest is that of its digest', async () => {
  answer = (_, response) => json(response, 200, { other: true });
  await expect(client().manifest(`sha256:${'ab'.repeat(32)}`)).rejects.toMatchObject({
    code: 'registry-answer-wrong',
  });
});

test('a password goes to no server for tokens without TLS', async () => {
  answer = (_, response) =>
    json(response, 401, {}, { 'www-authenticate': 'Bearer realm="http://tokens.example/token"' });
  await expect(client().manifest('1.0.0')).rejects.toMatchObject({ code: 'registry-refused' });
  expect(asked.every(({ authorization }) => authorization === undefined)).toBe(true);
});

const BLOB = Buffer.from('the content of a layer');
const DIGEST = `sha256:${createHash('sha256').update(BLOB).digest('hex')}`;

async function readBlob(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await client().blob(DIGEST)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('a blob is that of its digest, or reading it fails', async () => {
  answer = (_, response) => response.writeHead(200).end(BLOB);
  expect(await readBlob()).toBe(BLOB.toString());
  answer = (_, response) => response.writeHead(200).end(BLOB.toString().replace('layer', 'LAYER'));
  await expect(readBlob()).rejects.toMatchObject({ code: 'registry-answer-wrong', exitCode: 5 });
});

test.each(['manifest', 'blob', 'tags'] as const)(
  'a connection that is cut within the answer: %s',
  async (what) => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write(BLOB);
      setTimeout(() => response.destroy(), 10);
    };
    const asking = { manifest: () => client().manifest('1'), blob: readBlob, tags: () => client().tags() }[
      what
    ];
    await expect(asking()).rejects.toMatchObject({ code: 'registry-unreachable', exitCode: 5 });
  },
);

test.each<[string, (response: ServerResponse) => void]>([
  ['HTML', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['another document', (response) => json(response, 200, { tags: 'none' })],
  [
    'a list without an end',
    (response) => json(response, 200, { tags: ['a'] }, { link: '</v2/x>; rel="next"' }),
  ],
])('a list of tags that is %s', async (_, respond) => {
  answer = (_url, response) => respond(response);
  await expect(client().tags()).rejects.toMatchObject({ code: 'registry-answer-wrong' });
});

test('a server of tokens that cannot be reached', async () => {
  const challenge = 'Bearer realm="http://127.0.0.1:1/token",service="x"';
  answer = (_, response) => json(response, 401, {}, { 'www-authenticate': challenge });
  await expect(client().manifest('1')).rejects.toMatchObject({ code: 'registry-unreachable' });
});

test('a tag is given only when the registry says that it was', async () => {
  const stored = { digest: DIGEST, mediaType: 'application/json', bytes: BLOB };
  answer = (_, response) => response.writeHead(201).end();
  await client().tag(stored, '1.0.0');
  answer = (_, response) => response.writeHead(200).end('<html>');
  await expect(client().tag(stored, '1.0.0')).rejects.toMatchObject({ code: 'registry-answer-wrong' });
  answer = (url, response) =>
    url.includes('moved')
      ? response.writeHead(201).end()
      : response.writeHead(307, { location: `http://${host}/v2/acme/erp/manifests/moved` }).end();
  await client().tag(stored, '1.0.0');
});
