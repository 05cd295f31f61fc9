import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createInflate, gunzipSync, inflateSync } from 'node:zlib';
import type { TarContent } from '../tar-reader.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { ContentOptions } from './content-scan.ts';
import { within } from './place-marks.ts';
import { createSlowContent } from './slow-content.ts';
import { createFileScan, type ScanContext } from './stream-scan.ts';

/** A small file is unpacked at once, which is ten times as fast as a stream for each of thousands. */
const SMALL_BYTES = 128 * 1024;
const SMALL_UNPACKED_BYTES = 4 * 1024 * 1024;
/** More comes out of no file that anybody packed in earnest into an image. */
export const MOST_UNPACKED_BYTES = 16 * 1024 ** 3;

/** Unpacks gzip or zlib and scans what comes out, also when it breaks off. */
export function createZlibScan(
  context: ScanContext,
  kind: 'gzip' | 'zlib',
  options: ContentOptions,
): TarContent {
  if (options.size > SMALL_BYTES) return createSlowContent(options.slow, (queue) => unpack(queue));
  const pieces: Buffer[] = [];
  return {
    data(piece) {
      pieces.push(piece);
    },
    end() {
      const packed = Buffer.concat(pieces);
      const unpacked = unpackAtOnce(packed, kind);
      if (unpacked !== undefined) {
        const scan = createFileScan(context, insideOf(options, kind), options.depth + 1);
        scan.data(unpacked);
        // What lies deeper goes on with what goes on here.
        if (scan.drained() === undefined) scan.end();
        else createSlowContent(options.slow, () => scan.finish()).end();
        return;
      }
      const content = createSlowContent(options.slow, (queue) => unpack(queue));
      content.data(packed);
      content.end();
    },
  };

  async function unpack(queue: ByteQueue): Promise<void> {
    const scan = createFileScan(context, insideOf(options, kind), options.depth + 1);
    let bytes = 0;
    const take = async (source: AsyncIterable<Buffer>) => {
      for await (const piece of source) {
        scan.data(piece);
        await scan.drained();
        bytes += piece.length;
        if (bytes > MOST_UNPACKED_BYTES) throw new RangeError('More comes out of it than is followed.');
      }
    };
    const whole = { finishFlush: constants.Z_SYNC_FLUSH };
    const unpacker = kind === 'gzip' ? createGunzip(whole) : createInflate(whole);
    try {
      await pipeline(queue.pieces(), unpacker, take);
    } catch (error) {
      // A text that begins like a packed file is none, when nothing comes out of it.
      if (bytes > 0) context.onUnread(options.trail, reasonOf(error));
    }
    await scan.finish();
  }
}

/** A git object is zlib without a name for what is in it. */
function insideOf({ trail }: ContentOptions, kind: 'gzip' | 'zlib') {
  return within(trail, kind);
}

function unpackAtOnce(packed: Buffer, kind: 'gzip' | 'zlib'): Buffer | undefined {
  const options = { maxOutputLength: SMALL_UNPACKED_BYTES };
  try {
    return kind === 'gzip' ? gunzipSync(packed, options) : inflateSync(packed, options);
  } catch {
    return undefined;
  }
}

export function reasonOf(error: unknown): string {
  const { message = 'It cannot be unpacked' } = error as { message?: string };
  return message.endsWith('.') ? message : `${message}.`;
}
