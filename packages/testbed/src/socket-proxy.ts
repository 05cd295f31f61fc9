import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface SocketProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  close(): Promise<void>;
}

/** Where a proxy listens, and what for. */
export interface ProxyPlace {
  readonly engine: string;
  readonly own: string;
  /** How long each piece is on its way, in each direction; pieces do not wait for each other. */
  readonly delayMs?: number;
}

/**
 * Listens in front of an engine's socket and passes everything on unchanged.
 * @param onConnection gets both ends of each connection; the bytes from `client` are sent to the engine
 */
export async function startSocketProxy(
  at: ProxyPlace,
  onConnection: (client: Socket, engine: Socket) => void = () => undefined,
): Promise<SocketProxy> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: at.engine, allowHalfOpen: true });
    onConnection(client, engine);
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      open.add(from);
      // Half-closes the other side when this side has sent everything.
      if (at.delayMs === undefined) from.pipe(to);
      else from.pipe(delay(at.delayMs)).pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.own, resolve);
  });
  return {
    host: `unix://${at.own}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function delay(ms: number): Transform {
  let last: Promise<void> = Promise.resolve();
  return new Transform({
    transform(chunk, _, done) {
      last = sleep(ms).then(() => {
        this.push(chunk);
      });
      done();
    },
    flush: (done) => void last.then(() => done()),
  });
}
