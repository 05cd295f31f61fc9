import type { ByteQueue } from '../byte-queue.ts';

/** A frame of zstd or lz4 that holds none of the content (RFC 8878, 3.1.2); pzstd begins with one. */
export function isSkippable(head: Buffer): boolean {
  return head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18 && ((head[0] as number) & 0xf0) === 0x50;
}

export async function skipSkippable(queue: ByteQueue): Promise<void> {
  for (let head = await queue.peek(8); head.length >= 8 && isSkippable(head); head = await queue.peek(8)) {
    let left = 8 + head.readUInt32LE(4);
    while (left > 0) {
      const { length } = await queue.peek(1);
      if (length === 0) return;
      queue.skip(Math.min(left, length));
      left -= length;
    }
  }
}
