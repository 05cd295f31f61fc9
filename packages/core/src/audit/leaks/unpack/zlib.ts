import { pipeline } from 'node:stream/promises';
import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzipSync,
  inflateSync,
} from 'node:zlib';
import { type ContentSink, collectContent } from '../../content-sink.ts';
import { openInBackground } from '../background-content.ts';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, reasonOf, SMALL_UNPACKED_BYTES } from './limits.ts';

const SMALL_BYTES = 128 * 1024;

const ZLIB_OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI_PARAMS = { params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 } };

/** What zlib, and Node with it, unpacks. */
const UNPACKERS = {
  gzip: { atOnce: gunzipSync, create: () => createGunzip(ZLIB_OPTIONS) },
  zlib: { atOnce: inflateSync, create: () => createInflate(ZLIB_OPTIONS) },
  brotli: {
    atOnce: (packed: Buffer, options: { readonly maxOutputLength: number }) =>
      brotliDecompressSync(packed, { ...options, ...BROTLI_PARAMS }),
    create: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH, ...BROTLI_PARAMS }),
  },
};

export type ZlibKind = keyof typeof UNPACKERS;

/** Unpacks gzip, zlib or brotli and scans what comes out, also when it breaks off. */
export function openZlib(context: ScanContext, kind: ZlibKind, content: ScannedContent): ContentSink {
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
    try {
      await pipeline(queue.pieces(), UNPACKERS[kind].create(), async (source: AsyncIterable<Buffer>) => {
        for await (const piece of source) {
          scan.data(piece);
          await scan.drained();
          bytes = count(piece);
        }
      });
    } catch (error) {
      // When nothing comes out, it was a file that only begins like a packed one; few begin like gzip.
      if (bytes > 0 || kind === 'gzip') context.onUnread(trail, reasonOf(error));
    }
    await scan.finish();
  }
}

function unpackAtOnce(packed: Buffer, kind: ZlibKind): Buffer | undefined {
  try {
    return UNPACKERS[kind].atOnce(packed, { maxOutputLength: SMALL_UNPACKED_BYTES });
  } catch {
    return undefined;
  }
}
