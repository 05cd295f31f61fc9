import type { XzReadableStream } from 'xz-decompress';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, FOLLOWED, reasonOf } from './limits.ts';

const MAGIC = Buffer.from('\xfd7zXZ\0', 'latin1');
const STEP = 64 * 1024;

export function isXz(head: Buffer): boolean {
  return head[0] === MAGIC[0] && MAGIC.equals(head.subarray(0, MAGIC.length));
}

/** Unpacks xz, as in most Debian packages, and scans what comes out, also when it breaks off. */
export async function scanXz(context: ScanContext, queue: ByteQueue, content: ScannedContent): Promise<void> {
  // The library unpacks one stream at a time, and would wait for ever.
  if (content.trail.inside.includes('xz'))
    return context.onUnread(content.trail, 'It is in another xz file.');
  const { default: library } = await import('xz-decompress');
  const scan = createFileScan(context, fileWithin(content, 'xz'));
  const count = createUnpackedCounter();
  const unpackStream = async () => {
    for await (const piece of new library.XzReadableStream(sourceOf(queue))) {
      count(piece);
      scan.data(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
      await scan.drained();
    }
  };
  try {
    do await unpackStream();
    while (isXz(await queue.peek(MAGIC.length)));
    if ((await queue.peek(1)).length > 0) throw new RangeError(FOLLOWED);
  } catch (error) {
    // The library's own messages are numbers.
    context.onUnread(
      content.trail,
      error instanceof RangeError
        ? reasonOf(error)
        : 'It is damaged or cut off, or its filter, checksum or window is not supported.',
    );
  }
  await scan.finish();
}

/**
 * One stream, in pieces. The library takes a piece whole, even if its stream ends within: so a piece ends where another
 * stream may begin, and an empty one before that lets it see its end.
 */
function sourceOf(queue: ByteQueue): ConstructorParameters<typeof XzReadableStream>[0] {
  let isSeparated = true;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await queue.peek(STEP);
        if (bytes.length === 0) return controller.close();
        if (!isSeparated && isXz(bytes)) {
          isSeparated = true;
          return controller.enqueue(new Uint8Array(0));
        }
        isSeparated = false;
        const next = bytes.indexOf(MAGIC, 1);
        const isLast = bytes.length < STEP;
        const length = next !== -1 ? next : isLast ? bytes.length : bytes.length - MAGIC.length + 1;
        queue.skip(length);
        controller.enqueue(bytes.subarray(0, length));
      },
    },
    { highWaterMark: 0 },
  );
}
