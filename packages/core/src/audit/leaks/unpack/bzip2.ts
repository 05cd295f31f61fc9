import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createBitReader } from './bit-reader.ts';
import { unpackBlock } from './bzip2-block.ts';
import { createUnpackedCounter, FOLLOWED, reasonOf } from './limits.ts';

const HEADER_BYTES = 4;
const BLOCK = '314159265359';
const END = '177245385090';
/** A block of 900,000 bytes that cannot be packed, and its codes. */
const LONGEST_BLOCK = 1_200_000;

/** By its header and the mark of its first block, or of its end. */
export function isBzip2(head: Buffer): boolean {
  if (head[0] !== 0x42 || !/^BZh[1-9]/.test(head.toString('latin1', 0, HEADER_BYTES))) return false;
  return [BLOCK, END].includes(head.toString('hex', HEADER_BYTES, HEADER_BYTES + 6));
}

/** Unpacks bzip2 and scans what comes out, also when it breaks off. */
export async function scanBzip2(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  const scan = createFileScan(context, fileWithin(content, 'bzip2'));
  const count = createUnpackedCounter();
  const emit = (piece: Buffer) => {
    count(piece);
    scan.data(piece);
  };
  try {
    for (let head = await queue.peek(10); head.length > 0; head = await queue.peek(10)) {
      if (!isBzip2(head)) throw new RangeError(FOLLOWED);
      queue.skip(HEADER_BYTES);
      const block = new Uint32Array(((head[3] as number) - 0x30) * 100_000);
      for (let bit: number | undefined = 0; bit !== undefined; await scan.drained())
        bit = await unpackNext(queue, { bit, block, emit });
    }
  } catch (error) {
    context.onUnread(content.trail, reasonOf(error));
  }
  await scan.finish();
}

/** @returns with which bit of the queue the next block begins; `undefined` at the end */
async function unpackNext(
  queue: ByteQueue,
  {
    bit,
    block,
    emit,
  }: { readonly bit: number; readonly block: Uint32Array; readonly emit: (piece: Buffer) => void },
): Promise<number | undefined> {
  const bits = createBitReader(await queue.peek(LONGEST_BLOCK), bit);
  const mark = [0, 1].map(() => bits.read(24).toString(16).padStart(6, '0')).join('');
  if (mark === BLOCK) {
    unpackBlock(bits, block.fill(0), emit);
    queue.skip(bits.position() >> 3);
    return bits.position() & 7;
  }
  if (mark !== END) throw new RangeError('It is damaged.');
  // The checksum
  for (let half = 0; half < 2; half++) bits.read(16);
  queue.skip(Math.ceil(bits.position() / 8));
  return undefined;
}
