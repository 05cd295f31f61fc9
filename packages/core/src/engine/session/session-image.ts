import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { GrpcCall, GrpcMethods } from './grpc-server.ts';
import { readFields } from './protobuf.ts';

/**
 * `moby.filesync.v1.FileSend`: takes the image of a build, as `docker save` writes it. The build ends when `load` has.
 */
export function sessionImage(load: (tar: Readable) => Promise<void>): GrpcMethods {
  return { '/moby.filesync.v1.FileSend/DiffCopy': { converse: (call) => receive(call, load) } };
}

async function receive(
  { messages, signal }: Pick<GrpcCall, 'messages' | 'signal'>,
  load: (tar: Readable) => Promise<void>,
): Promise<void> {
  const tar = new PassThrough();
  const breakOff = () => tar.destroy(signal.reason as Error);
  signal.addEventListener('abort', breakOff, { once: true });
  // Whoever reads the other end reports it.
  tar.on('error', () => undefined);
  const loading = load(tar);
  const sending = (async () => {
    for await (const message of messages) {
      if (tar.destroyed) return;
      if (!tar.write(readFields(message).bytes(1)))
        await Promise.race([once(tar, 'drain'), once(tar, 'close')]).catch(() => undefined);
    }
    tar.end();
  })();
  sending.catch((error: Error) => tar.destroy(error));
  try {
    await loading;
    await sending;
  } finally {
    signal.removeEventListener('abort', breakOff);
    tar.destroy();
  }
}
