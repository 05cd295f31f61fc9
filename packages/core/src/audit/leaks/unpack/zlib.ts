import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import { type ContentSink, collectContent } from '../../content-sink.ts';
import { openInBackground } from '../background-content.ts';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, reasonOf, SMALL_UNPACKED_BYTES } from './limits.ts';

const SMALL_BYTES = 128 * 1024;

/** Unpacks gzip or zlib and scans what comes out, also when it breaks off. */
export function openZlib(context: ScanContext, kind: 'gzip' | 'zlib', content: ScannedContent): ContentSink {
  const { size, background, trail } = content;
  const file = fileWithin(content, kind);
  if (size > SMALL_BYTES) return openInBackground(background, scanQueue);
  return collectContent((packed) => {
    const unpacked = unpackAtOnce(packed, kind);
    if (unpacked === undefined) {
      const stream = openInBackground(background, scanQueue);
      stream.data(packed);
      stream.end();
      return;
    }
    const scan = createFileScan(context, file);
    scan.data(unpacked);
    if (scan.drained() === undefined) scan.end();
    else openInBackground(background, () => scan.finish()).end();
  });

  async function scanQueue(queue: ByteQueue): Promise<void> {
    const scan = createFileScan(context, file);
    const count = createUnpackedCounter();
    let bytes = 0;
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const unpacker = kind === 'gzip' ? createGunzip(options) : createInflate(options);
    try {
      await pipeline(queue.pieces(), unpacker, async (source: AsyncIterable<Buffer>) => {
        for await (const piece of source) {
          scan.data(piece);
          await scan.drained();
          bytes = count(piece);
        }
      });
    } catch (error) {
      // When nothing comes out, it was a file that only begins like a packed one.
      if (bytes > 0) context.onUnread(trail, reasonOf(error));
    }
    await scan.finish();
  }
}

function unpackAtOnce(packed: Buffer, kind: 'gzip' | 'zlib'): Buffer | undefined {
  const options = { maxOutputLength: SMALL_UNPACKED_BYTES };
  try {
    return kind === 'gzip' ? gunzipSync(packed, options) : inflateSync(packed, options);
  } catch {
    return undefined;
  }
}
