import { connect, createServer, type Socket } from 'node:net';

/** One connection of a client to the engine, and the bytes that went over it. */
export interface CountedConnection {
  /** The first line of its first request: `POST /session HTTP/1.1`. */
  readonly request: string;
  /** From the client to the engine. */
  readonly sent: number;
  readonly received: number;
}

export interface CountingProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** What was counted since the last call. */
  take(): readonly CountedConnection[];
  close(): Promise<void>;
}

/** Stands in front of an engine's socket and counts what passes, unchanged, in each direction. */
export async function startCountingProxy(engineSocket: string, ownSocket: string): Promise<CountingProxy> {
  let counted: Count[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    const count: Count = { request: '', sent: 0, received: 0 };
    counted.push(count);
    client.once('data', (chunk: Buffer) => {
      count.request = chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
    });
    client.on('data', (chunk: Buffer) => {
      count.sent += chunk.length;
    });
    engine.on('data', (chunk: Buffer) => {
      count.received += chunk.length;
    });
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      open.add(from);
      // Ends the other side's writing when this side has said all.
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ownSocket, resolve);
  });
  return {
    host: `unix://${ownSocket}`,
    take() {
      const taken = counted;
      counted = [];
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

interface Count extends CountedConnection {
  request: string;
  sent: number;
  received: number;
}
