import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../secrets/secret.ts';
import { type FileSync, fileSync } from './file-sync.ts';
import { readFrames } from './frame-reader.ts';
import { frame } from './frame-writer.ts';
import { readPacket } from './fsutil-packet.ts';
import { openSession, type Session } from './open-session.ts';
import { bytesField, readMessage } from './protobuf.ts';
import { sessionAuth } from './session-auth.ts';
import { sessionSecrets } from './session-secrets.ts';

/** The engine's end: an HTTP/2 client on the connection that the session gave away. */
let engine: ClientHttp2Session;
let session: Session;
let files: FileSync;
let offered: ReadonlyMap<string, unknown>;
let folder: string;
let server: Server;
let headers: Readonly<Record<string, string | readonly string[]>>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-session-'));
  await mkdir(join(folder, 'context/data'), { recursive: true });
  await writeFile(join(folder, 'Containerfile'), 'FROM scratch');
  await writeFile(join(folder, 'beside'), 'not for the engine');
  await writeFile(join(folder, 'context/data/large'), Buffer.alloc(1_000_000, 'x'));
  await writeFile(join(folder, 'context/data/small'), 'small');
  await symlink('data', join(folder, 'context/link'));
  server = createServer().listen(join(folder, 'socket'));
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  files = fileSync({
    onOffered: (entries) => {
      offered = entries;
    },
    contextFolder: join(folder, 'context'),
    containerfile: join(folder, 'Containerfile'),
    neverSend: [],
  });
  session = await openSession({
    open: async (given) => {
      headers = given;
      return connect(join(folder, 'socket'));
    },
    key: 'key',
    methods: {
      ...files.methods,
      ...sessionSecrets({ known: new Secret('known', 'välue'), large: new Secret('large', 'x'.repeat(5e6)) }),
      ...sessionAuth({ 'docker.io': { username: 'me', password: new Secret('pw', 'hub') } }),
    },
  });
  const [socket] = await accepted;
  engine = connectHttp2('http://engine', { createConnection: () => socket });
});

afterEach(async () => {
  session.close();
  engine.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

function call(path: string, metadata: Record<string, string | string[]> = {}): ClientHttp2Stream {
  return engine.request(
    { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', ...metadata },
    { endStream: false },
  );
}

async function statusOf(stream: ClientHttp2Stream): Promise<string> {
  const [trailers] = (await once(stream, 'trailers')) as [Record<string, string>];
  return `${trailers['grpc-status']} ${decodeURIComponent(trailers['grpc-message'] ?? '')}`.trim();
}

async function ask(path: string, message: Buffer): Promise<{ answer: Buffer | undefined; status: string }> {
  const stream = call(path);
  const status = statusOf(stream);
  stream.end(frame(message));
  let answer: Buffer | undefined;
  for await (const found of readFrames(stream)) answer = found;
  return { answer, status: await status };
}

function textFields(bytes: Buffer | undefined): string[] {
  const texts: string[] = [];
  readMessage(bytes ?? Buffer.alloc(0), (_, value) => texts.push(value.toString()));
  return texts;
}

test('lists its methods, one header each', () => {
  const methods = headers['X-Docker-Expose-Session-Grpc-Method'];
  expect(methods).toContain('/moby.filesync.v1.FileSync/DiffCopy');
  expect(methods).toContain('/grpc.health.v1.Health/Check');
  expect(headers['X-Docker-Expose-Session-Uuid']).toBe(session.id);
});

test('is healthy, gives secrets and credentials, and refuses the rest by its code', async () => {
  expect(await ask('/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual({
    answer: Buffer.from([8, 1]),
    status: '0',
  });
  const getSecret = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
  expect(textFields((await ask(getSecret, bytesField(1, 'known'))).answer)).toEqual(['välue']);
  expect((await ask(getSecret, bytesField(1, 'toString'))).status).toBe('5 secret toString: not found');
  expect((await ask(getSecret, bytesField(1, 'large'))).status).toBe('8 secret large: larger than 4 MiB');
  const credentials = '/moby.filesync.v1.Auth/Credentials';
  expect(textFields((await ask(credentials, bytesField(1, 'registry-1.docker.io'))).answer)).toEqual([
    'me',
    'hub',
  ]);
  expect((await ask(credentials, bytesField(1, 'elsewhere.example'))).answer).toEqual(Buffer.alloc(0));
  expect((await ask('/moby.filesync.v1.Auth/FetchToken', Buffer.alloc(0))).status).toMatch(/^12 /);
  expect((await ask('/nothing/Here', Buffer.alloc(0))).status).toMatch(/^12 /);
  expect(session.failure()).toBeUndefined();
});

describe('the context', () => {
  const diffCopy = '/moby.filesync.v1.FileSync/DiffCopy';
  const REQUEST = (id: number) => frame(Buffer.from([0x08, 1, 0x18, id]));
  const FIN = frame(Buffer.from([0x08, 3]));

  async function take(
    metadata: Record<string, string | string[]>,
    wanted: readonly number[],
    beforeAsking: () => Promise<void> = async () => undefined,
  ) {
    const stream = call(diffCopy, metadata);
    const status = statusOf(stream);
    const paths: string[] = [];
    const contents = new Map<number, number>();
    const errors: string[] = [];
    let open = wanted.length;
    for await (const message of readFrames(stream)) {
      const packet = readPacket(message);
      if (packet.type === 0 && message.length > 0) {
        readMessage(message, (_, stat) => paths.push(textFields(stat as Buffer)[0] as string));
      } else if (packet.type === 0) {
        await beforeAsking();
        for (const id of wanted) stream.write(REQUEST(id));
        if (open === 0) stream.write(FIN);
      } else if (packet.type === 2) {
        contents.set(packet.id, (contents.get(packet.id) ?? 0) + packet.data.length);
        if (packet.data.length === 0 && --open === 0) stream.write(FIN);
      } else if (packet.type === 4) errors.push(packet.data.toString());
    }
    stream.end();
    return { paths, contents, errors, status: await status };
  }

  test('is announced in order, and sent as it is asked for', async () => {
    const taken = await take({ 'dir-name': 'context' }, [1, 2]);
    expect(taken).toEqual({
      paths: ['data', 'data/large', 'data/small', 'link'],
      contents: new Map([
        [1, 1_000_000],
        [2, 5],
      ]),
      errors: [],
      status: '0',
    });
    expect(files.sent).toEqual({ files: 2, bytes: 1_000_005 });
    expect([...offered.keys()]).toEqual(taken.paths);
  });

  test('is filtered by the patterns of the call', async () => {
    const { paths } = await take({ 'dir-name': 'context', 'exclude-patterns': ['data', '!data/s*'] }, []);
    expect(paths).toEqual(['data', 'data/small', 'link']);
  });

  test('of the Containerfile is nothing but the Containerfile', async () => {
    expect((await take({ 'dir-name': 'dockerfile' }, [])).paths).toEqual(['Containerfile']);
    expect((await take({ 'dir-name': 'dockerfile', followpaths: 'beside' }, [])).paths).toEqual([]);
    expect((await take({ 'dir-name': '/etc' }, [])).status).toMatch(/^5 /);
  });

  test.each([1, 2])('is refused when entry %d changes before it is sent', async (id) => {
    const { errors, status } = await take({ 'dir-name': 'context' }, [id], () =>
      appendFile(join(folder, 'context/data', id === 1 ? 'large' : 'small'), 'more'),
    );
    expect(errors).toEqual([expect.stringContaining('changed while')]);
    expect(status).toMatch(/^2 /);
    expect(session.failure()).toMatchObject({ code: 'context-changed' });
  });

  test('is not sent for an entry that has no content, or is none', async () => {
    expect((await take({ 'dir-name': 'context' }, [0])).status).toMatch(/^2 .*entry 0/);
    expect((await take({ 'dir-name': 'context' }, [99])).status).toMatch(/^2 .*entry 99/);
  });

  test('waits for an engine that is slow to take it, and notices one that hangs up', async () => {
    const stream = call(diffCopy, { 'dir-name': 'context' });
    await once(stream, 'response');
    stream.write(REQUEST(1));
    stream.close();
    await once(stream, 'close');
    expect((await ask('/grpc.health.v1.Health/Check', Buffer.alloc(0))).status).toBe('0');
  });
});
