import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Packs many gRPC messages into few writes; each is one flag byte, its length and its bytes. */
export interface FrameWriter {
  /** Room for a message of up to `bytes`; write it into `target` from `at` on, then call `commit` with its end. */
  reserve(bytes: number): { readonly target: Buffer; readonly at: number };
  commit(end: number): void;
  /** Whether it is time to flush. */
  isFull(): boolean;
  /** Sends what is packed, and waits until the other side can take more. */
  flush(): Promise<void>;
}

const CHUNK_BYTES = 128 * 1024;
const FRAME_HEAD_BYTES = 5;

export function createFrameWriter(stream: Writable): FrameWriter {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let sent = 0;
  let used = 0;
  let start = 0;

  const send = () => {
    if (used > sent) stream.write(chunk.subarray(sent, used));
    sent = used;
  };

  return {
    reserve(bytes) {
      const needed = bytes + FRAME_HEAD_BYTES;
      if (used + needed > chunk.length) {
        send();
        chunk = Buffer.allocUnsafe(Math.max(needed, CHUNK_BYTES));
        sent = 0;
        used = 0;
      }
      start = used;
      return { target: chunk, at: used + FRAME_HEAD_BYTES };
    },
    commit(end) {
      chunk[start] = 0;
      chunk.writeUInt32BE(end - start - FRAME_HEAD_BYTES, start + 1);
      used = end;
    },
    isFull: () => used - sent > CHUNK_BYTES / 2,
    async flush() {
      send();
      await whenWritable(stream);
    },
  };
}

/** A single message as one write. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** @throws Error when the stream is closed instead */
async function whenWritable(stream: Writable): Promise<void> {
  if (stream.destroyed) throw closedByEngine();
  if (!stream.writableNeedDrain) return;
  const waiting = new AbortController();
  try {
    const { signal } = waiting;
    const closed = once(stream, 'close', { signal }).then(() => {
      throw closedByEngine();
    });
    await Promise.race([once(stream, 'drain', { signal }), closed]);
  } finally {
    waiting.abort();
  }
}

function closedByEngine(): Error {
  return new Error('The engine closed the call');
}
