import { Decompress } from 'fzstd';
import { isZstd } from '../../content-sink.ts';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, FOLLOWED, LIMITS, reasonOf } from './limits.ts';
import { isLz4, scanLz4 } from './lz4.ts';
import { skipSkippable } from './skippable.ts';

/** Unpacks zstd, or lz4 behind a skippable frame, and scans what comes out, also when it breaks off. */
export async function scanZstd(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  await skipSkippable(queue);
  if (isLz4(await queue.peek(4))) return scanLz4(context, queue, content);
  const scan = createFileScan(context, fileWithin(content, 'zstd'));
  const count = createUnpackedCounter();
  const unpacker = new Decompress((piece) => {
    count(piece);
    // The unpacker reuses the memory of the piece.
    scan.data(Buffer.from(piece));
  });
  try {
    const obstacle = obstacleTo(await queue.peek(18));
    if (obstacle !== undefined) throw new RangeError(obstacle);
    for await (const piece of queue.pieces()) {
      unpacker.push(piece);
      await scan.drained();
    }
    unpacker.push(new Uint8Array(0), true);
  } catch (error) {
    context.onUnread(content.trail, reasonOf(error));
  }
  await scan.finish();
}

function obstacleTo(head: Buffer): string | undefined {
  if (!isZstd(head)) return FOLLOWED;
  if (((head[4] ?? 0) & HAS_DICTIONARY) !== 0) return 'It needs a dictionary.';
  return windowOf(head) > LIMITS.zstdWindow ? 'Its window is larger than what is kept in memory.' : undefined;
}

const HAS_DICTIONARY = 3;

/** The window of the first frame (RFC 8878, 3.1.1.1), in bytes. */
function windowOf(head: Buffer): number {
  const descriptor = head[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const byte = head[5] ?? 0;
    const base = 2 ** (10 + (byte >> 3));
    return base + (base / 8) * (byte & 7);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const size = Buffer.concat([head.subarray(at), Buffer.alloc(8)]);
  const kind = descriptor >> 6;
  if (kind === 0) return size.readUInt8(0);
  if (kind === 1) return size.readUInt16LE(0) + 256;
  return kind === 2 ? size.readUInt32LE(0) : Number(size.readBigUInt64LE(0));
}
