import { connect, createServer, type Socket } from 'node:net';

export interface SocketProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  close(): Promise<void>;
}

/**
 * Listens in front of an engine's socket and passes everything on unchanged.
 * @param onConnection gets both ends of each connection; the bytes from `client` are sent to the engine
 */
export async function startSocketProxy(
  at: { readonly engine: string; readonly own: string },
  onConnection: (client: Socket, engine: Socket) => void,
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
      from.pipe(to);
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
