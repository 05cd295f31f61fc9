import { Decompress } from 'fzstd';
import type { TarContent } from '../tar-reader.ts';
import type { ContentOptions } from './content-scan.ts';
import { within } from './place-marks.ts';
import { createSlowContent } from './slow-content.ts';
import { createFileScan, type ScanContext } from './stream-scan.ts';
import { MOST_UNPACKED_BYTES, reasonOf } from './zlib-scan.ts';

/** A window is held in memory; zstd itself makes none larger than 8 MiB unless it is told to. */
const LARGEST_WINDOW = 32 * 1024 * 1024;

/** Unpacks zstd and scans what comes out, also when it breaks off. */
export function createZstdScan(context: ScanContext, options: ContentOptions): TarContent {
  return createSlowContent(options.slow, async (queue) => {
    const scan = createFileScan(context, within(options.trail, 'zstd'), options.depth + 1);
    let bytes = 0;
    const unpacker = new Decompress((piece) => {
      bytes += piece.length;
      // Its window, from which it gives the pieces out, is its own.
      scan.data(Buffer.from(piece));
    });
    try {
      const head = await queue.peek(18);
      if (windowOf(head) > LARGEST_WINDOW)
        throw new RangeError('Its window is larger than what is kept in memory.');
      for await (const piece of queue.pieces()) {
        unpacker.push(piece);
        await scan.drained();
        if (bytes > MOST_UNPACKED_BYTES) throw new RangeError('More comes out of it than is followed.');
      }
    } catch (error) {
      context.onUnread(options.trail, reasonOf(error));
    }
    await scan.finish();
  });
}

/** RFC 8878, 3.1.1.1: of the first frame. */
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
