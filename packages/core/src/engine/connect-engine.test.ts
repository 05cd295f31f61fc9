import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type HostCertificate,
  type HostCertificates,
  makeHostCertificates,
} from '../../../testbed/src/host-certificates.ts';
import { connectEngine } from './connect-engine.ts';

let folder: string;
const running: Server[] = [];
const connections = new Set<Socket>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-connect-'));
});

afterEach(async () => {
  for (const socket of connections) socket.destroy();
  await Promise.all(running.splice(0).map((server) => new Promise((done) => server.close(done))));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function listen(server: Server): Promise<string> {
  running.push(server);
  server.on('connection', (socket) => connections.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `tcp://127.0.0.1:${address.port}`;
}

/** A server that answers every request with these bytes, and with none when there are none. */
const saying = (bytes: string | undefined) =>
  listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => bytes !== undefined && socket.end(bytes));
    }),
  );

/** A server that sends this, and then keeps the connection open. */
const dribbling = (bytes: string) =>
  listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(bytes));
    }),
  );

const HEAD = 'HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\n';

const web = (status: number, headers: Record<string, string>, body: string) =>
  listen(createHttpServer((_, response) => response.writeHead(status, headers).end(body)));

const connect = (host: string, environment: Record<string, string> = {}, answerWithinMs = 5000) =>
  connectEngine({ environment: { HOME: folder, ...environment }, host, answerWithinMs });

describe('each problem of an engine has its own error', () => {
  test('no socket', async () => {
    await expect(connect(`unix://${folder}/none.sock`)).rejects.toMatchObject({
      code: 'engine-unreachable',
      exitCode: 5,
    });
  });

  test('no socket here, but one elsewhere', async () => {
    const other = join(folder, 'docker.sock');
    await writeFile(other, '');
    await expect(connect(`unix://${folder}/none.sock`, { XDG_RUNTIME_DIR: folder })).rejects.toMatchObject({
      fix: expect.stringContaining(`DOCKER_HOST=unix://${other}`),
    });
  });

  test('a socket without a listener', async () => {
    const file = join(folder, 'left.sock');
    await writeFile(file, '');
    await expect(connect(`unix://${file}`)).rejects.toMatchObject({ code: 'engine-not-running' });
  });

  test('a port without a listener', async () => {
    const host = await listen(createTcpServer());
    await new Promise((done) => running.pop()?.close(done));
    await expect(connect(host)).rejects.toMatchObject({ code: 'engine-not-running' });
  });

  test('a host that does not exist', async () => {
    await expect(connect('tcp://no-such-host.invalid:2375')).rejects.toMatchObject({
      code: 'engine-unreachable',
    });
  });

  test.each<[string, () => Promise<string>, string]>([
    ['a web server', () => web(200, {}, '<html>'), 'engine-not-docker'],
    ['a web server without that page', () => web(404, {}, 'not here'), 'engine-not-docker'],
    ['garbage', () => saying('SSH-2.0-OpenSSH_9.2p1\r\n'), 'engine-not-docker'],
    ['a TLS alert', () => saying('\x15\x03\x01\x00\x02\x02\x46'), 'engine-not-docker'],
    ['a closed door', () => saying(''), 'engine-not-docker'],
    ['silence', () => saying(undefined), 'engine-silent'],
    ['silence in the headers', () => dribbling('HTTP/1.1 200 OK\r\nApi-Ver'), 'engine-silent'],
    ['silence in the answer', () => dribbling(`${HEAD}Content-Length: 9\r\n\r\nO`), 'engine-silent'],
    ['an answer that breaks off', () => saying(`${HEAD}Content-Length: 9\r\n\r\nO`), 'engine-lost'],
    ['an engine that fails', () => web(503, { 'api-version': '1.45' }, 'starting'), 'engine-failed'],
    [
      'Podman',
      () => web(200, { 'api-version': '1.41', 'libpod-api-version': '4.3.1' }, 'OK'),
      'engine-is-podman',
    ],
    [
      'an old Podman',
      () => web(200, { 'api-version': '1.40', 'libpod-api-version': '3.0.1' }, 'OK'),
      'engine-is-podman',
    ],
    [
      'an old engine',
      () => web(200, { 'api-version': '1.40', server: 'Docker/19.03.15 (linux)' }, 'OK'),
      'engine-too-old',
    ],
    [
      'an engine that wants TLS',
      () => web(400, {}, 'Client sent an HTTP request to an HTTPS server.\n'),
      'engine-tls-failed',
    ],
  ])('%s', async (_, start, code) => {
    const patience = code === 'engine-silent' ? 500 : undefined;
    await expect(connect(await start(), {}, patience)).rejects.toMatchObject({ code, exitCode: 5 });
  });

  test.each([
    ['breaks off', '{"ServerVersion":"28', 'engine-lost'],
    ['is no engine’s', '[]', 'engine-answer-unreadable'],
    ['is no JSON', '<html>', 'engine-answer-unreadable'],
  ])('an answer about the engine that %s', async (_, body, code) => {
    const length = code === 'engine-lost' ? 100 : body.length;
    const host = await listen(
      createHttpServer((request, response) => {
        response.setHeader('api-version', '1.45');
        if (request.url === '/_ping') response.end('OK');
        else response.writeHead(200, { 'content-length': length }).write(body, () => request.socket.end());
      }),
    );
    const engine = await connect(host);
    await expect(engine.about()).rejects.toMatchObject({ code, exitCode: 5 });
    await engine.close();
  });

  test('an engine that is too new', async () => {
    const host = await listen(
      createHttpServer((request, response) => {
        response.setHeader('api-version', '3.1');
        response.end(request.url === '/version' ? '{"MinAPIVersion":"2.0"}' : 'OK');
      }),
    );
    await expect(connect(host)).rejects.toMatchObject({
      code: 'engine-api-mismatch',
      why: expect.stringContaining('2.0'),
    });
  });

  test('a newer engine gets requests in a version we know', async () => {
    const asked: (string | undefined)[] = [];
    const host = await listen(
      createHttpServer((request, response) => {
        asked.push(request.url);
        response.setHeader('api-version', '1.99');
        response.end(request.url === '/_ping' ? 'OK' : '{"MinAPIVersion":"1.44","ServerVersion":"77.0"}');
      }),
    );
    const engine = await connect(host);
    expect(await engine.about()).toMatchObject({ version: '77.0', apiVersion: '1.52' });
    expect(asked.at(-1)).toMatch(/^\/v1\.52\/info/);
    await engine.close();
  });

  test('Podman is told how to get a Docker Engine in its place', async () => {
    const host = await web(200, { 'api-version': '1.41', 'libpod-api-version': '4.3.1' }, 'OK');
    await expect(connect(host)).rejects.toMatchObject({
      what: expect.stringContaining('is Podman'),
      why: expect.stringContaining('BuildKit session'),
      fix: expect.stringContaining('DOCKER_HOST=unix:///var/run/docker.sock'),
    });
  });

  test('permission denied', async () => {
    // Root may open every socket, so another user asks: of a server that only its owner may use.
    const socket = join(folder, 'locked.sock');
    const server = createTcpServer();
    running.push(server);
    await new Promise<void>((done) => server.listen(socket, done));
    chmodSync(socket, 0o600);
    if (process.getuid?.() !== 0) chmodSync(socket, 0);
    const { seteuid, geteuid } = process;
    chmodSync(folder, 0o755);
    const before = geteuid?.() ?? 0;
    if (before === 0) seteuid?.(65534);
    try {
      await expect(connect(`unix://${socket}`)).rejects.toMatchObject({
        code: 'engine-permission-denied',
        fix: expect.stringContaining('group'),
      });
    } finally {
      if (before === 0) seteuid?.(0);
    }
  });
});

describe('TLS', () => {
  let options: TlsOptions;

  beforeAll(async () => {
    const certificate = [
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '2',
      '-nodes',
      '-subj',
      '/CN=engine',
    ];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...certificate, ...names], {
      cwd: folder,
      stdio: 'ignore',
    });
    options = {
      key: await readFile(join(folder, 'key.pem')),
      cert: await readFile(join(folder, 'cert.pem')),
    };
  });

  const answer = 'HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK';
  const engine = (extra: TlsOptions = {}) =>
    listen(
      createTlsServer({ ...options, ...extra }, (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(answer));
      }),
    );
  const verified = { DOCKER_TLS_VERIFY: '1' };

  test('connects to an engine with a trusted certificate', async () => {
    const trusted = join(folder, 'trusted');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(trusted));
    writeFileSync(join(trusted, 'ca.pem'), await readFile(join(folder, 'cert.pem')));
    const connected = await connect(await engine(), { ...verified, DOCKER_CERT_PATH: trusted });
    await connected.close();
  });

  test.each<[string, (all: HostCertificates) => HostCertificate, string]>([
    ['has expired', ({ expired }) => expired, 'expired'],
    ['is for another host', ({ forAnotherHost }) => forAnotherHost, 'another host name'],
    ['is signed by an unknown authority', ({ selfSigned }) => selfSigned, 'authority'],
  ])('a certificate that %s', async (_, choose, why) => {
    const own = await mkdtemp(join(folder, 'authority-'));
    const certificates = await makeHostCertificates(own);
    writeFileSync(join(own, 'ca.pem'), await readFile(certificates.authorityFile));
    const environment = { ...verified, DOCKER_CERT_PATH: own };
    const good = await connect(await engine(certificates.good), environment);
    await good.close();
    await expect(connect(await engine(choose(certificates)), environment)).rejects.toMatchObject({
      code: 'engine-tls-failed',
      why: expect.stringContaining(why),
    });
  });

  test('a key that does not belong to its certificate', async () => {
    const own = await mkdtemp(join(folder, 'mismatch-'));
    const { good, expired } = await makeHostCertificates(own);
    writeFileSync(join(own, 'cert.pem'), good.cert);
    writeFileSync(join(own, 'key.pem'), expired.key);
    writeFileSync(join(own, 'ca.pem'), await readFile(join(own, 'authority.pem')));
    const environment = { ...verified, DOCKER_CERT_PATH: own };
    await expect(connect(await engine(good), environment)).rejects.toMatchObject({
      code: 'engine-tls-failed',
      fix: expect.stringContaining('key.pem'),
    });
  });

  test('an unknown authority', async () => {
    await expect(connect(await engine(), verified)).rejects.toMatchObject({
      code: 'engine-tls-failed',
      fix: expect.stringContaining('ca.pem'),
    });
  });

  test('an unknown authority is accepted without verification', async () => {
    const connected = await connect(await engine(), { DOCKER_TLS: '1' });
    await connected.close();
  });

  test('an engine that wants our certificate', async () => {
    const host = await engine({ requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' });
    await expect(connect(host, { DOCKER_TLS: '1' })).rejects.toMatchObject({
      code: 'engine-tls-failed',
      fix: expect.stringContaining('key.pem'),
    });
  });

  test('a port without TLS', async () => {
    await expect(connect(await web(200, {}, ''), { DOCKER_TLS: '1' })).rejects.toMatchObject({
      code: 'engine-tls-failed',
      why: expect.stringContaining('does not speak TLS'),
    });
  });
});
