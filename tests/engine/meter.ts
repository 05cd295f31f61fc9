import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Meter {
  /** Where the engine can be reached through it. */
  readonly host: string;
  /** Bytes that went to the engine so far. */
  bytes(): number;
  close(): Promise<void>;
}

/** A socket in front of an engine's that counts what goes to the engine. */
export async function startMeter(engineSocket: string, ownSocket: string): Promise<Meter> {
  let bytes = 0;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    client.pipe(engine);
    engine.pipe(client);
  }).listen(ownSocket);
  await once(server, 'listening');
  return {
    host: `unix://${ownSocket}`,
    bytes: () => bytes,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
