import type { Inflate, InflateRaw } from 'node:zlib';
import type { ByteQueue } from './byte-queue.ts';
import type { StreamScan } from './stream-scan.ts';

const STEP = 64 * 1024;

/**
 * Unpacks what stands next in a queue, whose end only the unpacking tells, and takes no more of it than that.
 * @returns the length, packed and unpacked; `undefined` when it is broken or cut off
 */
export async function inflateFrom(
  queue: ByteQueue,
  inflater: Inflate | InflateRaw,
  scan: StreamScan,
): Promise<{ readonly packed: number; readonly unpacked: number } | undefined> {
  let hasFailed = false;
  let unpacked = 0;
  const failure = new Promise<void>((resolve) => {
    inflater.once('error', () => {
      hasFailed = true;
      resolve();
    });
  });
  inflater.on('data', (piece: Buffer) => {
    unpacked += piece.length;
    scan.data(piece);
  });
  let packed = 0;
  let isOver = false;
  while (!isOver && !hasFailed) {
    const bytes = (await queue.peek(STEP)).subarray(0, STEP);
    if (bytes.length === 0) break;
    const written = new Promise<void>((resolve) => {
      inflater.write(bytes, () => resolve());
    });
    await Promise.race([written, failure]);
    await scan.drained();
    const taken = inflater.bytesWritten - packed;
    queue.skip(taken);
    packed += taken;
    // Where the packed bytes end is known only when no more of them are taken.
    isOver = taken < bytes.length;
  }
  inflater.destroy();
  await scan.finish();
  return hasFailed ? undefined : { packed, unpacked };
}
