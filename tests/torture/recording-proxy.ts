import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type SocketProxy, startSocketProxy } from '@de-build/testbed';

/**
 * Listens in front of an engine's socket and writes every byte that passes to a file for each connection and direction.
 * The files are complete once it is closed.
 */
export async function startRecordingProxy(
  engineSocket: string,
  at: { readonly socket: string; readonly folder: string },
): Promise<SocketProxy> {
  const written: Promise<unknown>[] = [];
  let count = 0;
  const proxy = await startSocketProxy({ engine: engineSocket, own: at.socket }, (client, engine) => {
    count += 1;
    for (const [from, direction] of [
      [client, 'sent'],
      [engine, 'received'],
    ] as const) {
      const record = createWriteStream(join(at.folder, `${count}-${direction}`), { mode: 0o600 });
      written.push(new Promise<void>((resolve) => record.once('close', () => resolve())));
      from.on('data', (chunk: Buffer) => record.write(chunk));
      from.on('close', () => record.end());
    }
  });
  return {
    ...proxy,
    async close() {
      await proxy.close();
      await Promise.all(written);
    },
  };
}
