import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { connectEngine } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { onEachEngine } from './on-each-engine.ts';
import { useBuilds } from './use-builds.ts';

const UPGRADED = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

onEachEngine('a session that reaches another engine than the build', (shared) => {
  const builds = useBuilds(shared);

  /** As a load balancer in front of several engines: who takes the session never calls back. */
  function startBalancer(path: string): Promise<Server> {
    const server = createServer((client) => {
      client.on('error', () => undefined);
      client.once('data', (head) => {
        if (/^POST \S*\/session/.test(head.toString('latin1'))) {
          client.write(UPGRADED);
          return;
        }
        const engine = connect(shared.host.replace('unix://', ''));
        engine.on('error', () => client.destroy());
        client.on('close', () => engine.destroy());
        engine.write(head);
        client.pipe(engine).pipe(client);
      });
    });
    return new Promise((resolve) => server.listen(path, () => resolve(server)));
  }

  test('ends the build, names the cause and leaves no image', async () => {
    const path = join(builds.folder, 'engine.sock');
    const server = await startBalancer(path);
    const client = await connectEngine({ environment: {}, host: `unix://${path}` });
    try {
      await builds.write({ Containerfile: 'FROM BASE\nCOPY a /\n', a: 'a' });
      await expect(builds.build({}, client)).rejects.toMatchObject({
        code: 'session-not-found',
        exitCode: 5,
      });
      expect(await builds.engine.images.list(builds.repository)).toEqual([]);
    } finally {
      await client.close();
      server.close();
    }
  });
});
