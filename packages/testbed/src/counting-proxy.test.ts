import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startCountingProxy } from './counting-proxy.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counting-proxy-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('bytes are counted in both directions, and a half-closed connection still gets its answer', async () => {
  // Answers only once the client has said all, as the engine does after a hijacked upload.
  const engine = createServer({ allowHalfOpen: true }, (socket) => {
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    socket.on('end', () => socket.end(`got ${received}`));
  });
  await new Promise<void>((resolve) => engine.listen(join(folder, 'engine.sock'), resolve));
  const proxy = await startCountingProxy(join(folder, 'engine.sock'), join(folder, 'proxy.sock'));
  try {
    const client = connect({ path: join(folder, 'proxy.sock'), allowHalfOpen: true });
    const head = 'POST /build HTTP/1.1\r\nhost: engine\r\n\r\n';
    client.write(head);
    client.end(Buffer.alloc(100_000));
    const chunks: Buffer[] = [];
    for await (const chunk of client) chunks.push(chunk as Buffer);

    const answer = `got ${head.length + 100_000}`;
    expect(Buffer.concat(chunks).toString()).toBe(answer);
    expect(proxy.take()).toEqual([
      { request: 'POST /build HTTP/1.1', sent: head.length + 100_000, received: answer.length },
    ]);
    expect(proxy.take()).toEqual([]);
  } finally {
    await proxy.close();
    await new Promise((resolve) => engine.close(resolve));
  }
});
