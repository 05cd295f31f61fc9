import { Decompress } from 'fzstd';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, reasonOf } from './limits.ts';

/** A window is held in memory; zstd's own default levels make none larger than 8 MiB. */
const LARGEST_WINDOW = 32 * 1024 * 1024;

/** Unpacks zstd and scans what comes out, also when it breaks off. */
export async function scanZstd(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  const scan = createFileScan(context, fileWithin(content, 'zstd'));
  const count = createUnpackedCounter();
  const unpacker = new Decompress((piece) => {
    count(piece);
    // The unpacker reuses the memory of the piece.
    scan.data(Buffer.from(piece));
  });
  try {
    if (windowOf(await queue.peek(18)) > LARGEST_WINDOW)
      throw new RangeError('Its window is larger than what is kept in memory.');
    for await (const piece of queue.pieces()) {
      unpacker.push(piece);
      await scan.drained();
    }
  } catch (error) {
    context.onUnread(content.trail, reasonOf(error));
  }
  await scan.finish();
}

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
