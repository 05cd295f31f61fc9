import { type SocketProxy, startSocketProxy } from './socket-proxy.ts';

/** One connection of a client to the engine, and the bytes sent over it. */
export interface CountedConnection {
  /** The first line of its first request: `POST /session HTTP/1.1`. */
  readonly request: string;
  /** From the client to the engine. */
  readonly sent: number;
  readonly received: number;
}

export interface CountingProxy extends SocketProxy {
  /** The counts since the last call. */
  take(): readonly CountedConnection[];
}

/** Listens in front of an engine's socket and counts the bytes that pass in each direction. */
export async function startCountingProxy(engineSocket: string, ownSocket: string): Promise<CountingProxy> {
  const counted: CountedConnection[] = [];
  const proxy = await startSocketProxy({ engine: engineSocket, own: ownSocket }, (client, engine) => {
    const count = { request: '', sent: 0, received: 0 };
    counted.push(count);
    client.on('data', (chunk: Buffer) => {
      if (count.sent === 0) count.request = chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
      count.sent += chunk.length;
    });
    engine.on('data', (chunk: Buffer) => {
      count.received += chunk.length;
    });
  });
  return { ...proxy, take: () => counted.splice(0) };
}
