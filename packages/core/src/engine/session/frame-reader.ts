import type { Readable } from 'node:stream';

const FRAME_HEAD_BYTES = 5;
/** Far more than any engine sends to a session. */
const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * The gRPC messages of a stream. Leaving the loop leaves the stream open, since closing it would reset the call.
 * @throws Error for a message that is compressed or cut off
 */
export async function* readFrames(stream: Readable): AsyncGenerator<Buffer, void, void> {
  let rest: Buffer = Buffer.alloc(0);
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (at + FRAME_HEAD_BYTES <= bytes.length) {
      const length = bytes.readUInt32BE(at + 1);
      if (bytes[at] !== 0) throw new Error('The engine sent a compressed message');
      if (length > LARGEST_MESSAGE_BYTES) throw new Error('The engine sent a message that is too large');
      if (at + FRAME_HEAD_BYTES + length > bytes.length) break;
      at += FRAME_HEAD_BYTES + length;
      yield bytes.subarray(at - length, at);
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0) throw new Error('The engine broke off inside of a message');
}
