import { createWriteStream } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

export interface RecordingProxy {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends the recording: all of it is in the files then. */
  close(): Promise<void>;
}

/** Stands in front of an engine's socket and writes down every byte that passes, a file for each connection and direction. */
export async function startRecordingProxy(
  engineSocket: string,
  at: { readonly socket: string; readonly folder: string },
): Promise<RecordingProxy> {
  const open = new Set<Socket>();
  const written: Promise<unknown>[] = [];
  let count = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    count += 1;
    for (const [from, to, direction] of [
      [client, engine, 'sent'],
      [engine, client, 'received'],
    ] as const) {
      const record = createWriteStream(join(at.folder, `${count}-${direction}`), { mode: 0o600 });
      written.push(new Promise<void>((resolve) => record.once('close', () => resolve())));
      from.on('data', (chunk: Buffer) => record.write(chunk));
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        record.end();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.socket, resolve);
  });
  return {
    host: `unix://${at.socket}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
      await Promise.all(written);
    },
  };
}
