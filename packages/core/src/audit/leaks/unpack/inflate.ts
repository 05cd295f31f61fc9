import type { Inflate, InflateRaw, inflateSync, ZlibOptions } from 'node:zlib';
import type { ByteQueue } from '../byte-queue.ts';
import type { StreamScan } from '../stream-scan.ts';
import { LIMITS } from './limits.ts';

const STEP = 64 * 1024;

/**
 * Unpacks the beginning of `bytes`, which continue after it.
 * @param inflate `inflateSync` or `inflateRawSync`
 * @returns the content, and how many bytes it was packed in; `undefined` when it is broken, cut off, or larger than `options` allow
 */
export function inflateHead(
  inflate: typeof inflateSync,
  bytes: Buffer,
  options: ZlibOptions,
): { readonly content: Buffer; readonly packed: number } | undefined {
  try {
    const { buffer, engine } = inflate(bytes, { ...options, info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { content: buffer, packed: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

/**
 * Unpacks and scans the next packed content in a queue, and leaves the rest.
 * @returns the length, packed and unpacked; `undefined` when it is broken, cut off or too large
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
    // The packed bytes end where the inflater stops reading.
    isOver = taken < bytes.length;
    if (unpacked > LIMITS.unpackedBytes) hasFailed = true;
  }
  inflater.destroy();
  await scan.finish();
  return hasFailed ? undefined : { packed, unpacked };
}
