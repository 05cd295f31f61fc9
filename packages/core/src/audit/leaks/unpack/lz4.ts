import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan } from '../stream-scan.ts';
import { createUnpackedCounter, FOLLOWED, reasonOf } from './limits.ts';
import { isSkippable, skipSkippable } from './skippable.ts';

const MAGIC = 0x184d2204;
/** The format of Linux kernels: blocks until the end. */
const OLD_MAGIC = 0x184c2102;
const OLD_BLOCK_BYTES = 8 * 1024 * 1024;
/** How far back a match may be. */
const WINDOW = 64 * 1024;
/** The high bit of a block's size. */
const IS_STORED = 0x80000000;

const damaged = () => new RangeError('It is damaged or cut off.');

interface Frame {
  /** The largest block, in bytes. */
  readonly largest: number;
  readonly headerBytes: number;
  /** Behind each block, and behind the last one. */
  readonly blockSum: number;
  readonly endSum: number;
  readonly isOld: boolean;
}

export function isLz4(head: Buffer): boolean {
  return head.length >= 4 && [MAGIC, OLD_MAGIC].includes(head.readUInt32LE(0));
}

/** Unpacks lz4 (LZ4 frame format 1.6) and scans what comes out, also when it breaks off. */
export async function scanLz4(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  const scan = createFileScan(context, fileWithin(content, 'lz4'));
  const count = createUnpackedCounter();
  const emit = async (piece: Buffer) => {
    count(piece);
    scan.data(Buffer.from(piece));
    await scan.drained();
  };
  try {
    for (let head = await queue.peek(7); head.length > 0; head = await queue.peek(7)) {
      if (isSkippable(head)) await skipSkippable(queue);
      else if (isLz4(head)) await unpackFrame(queue, readFrame(head), emit);
      else throw new RangeError(FOLLOWED);
    }
  } catch (error) {
    context.onUnread(content.trail, reasonOf(error));
  }
  await scan.finish();
}

function readFrame(head: Buffer): Frame {
  if (head.readUInt32LE(0) === OLD_MAGIC)
    return { largest: OLD_BLOCK_BYTES, headerBytes: 4, blockSum: 0, endSum: 0, isOld: true };
  const [flags = 0, size = 0] = head.subarray(4);
  if ((flags & 1) !== 0) throw new RangeError('It needs a dictionary.');
  const power = (size >> 4) & 7;
  if (flags >> 6 !== 1 || power < 4) throw damaged();
  return {
    largest: 2 ** (8 + 2 * power),
    headerBytes: (flags & 8) === 0 ? 7 : 15,
    blockSum: (flags & 0x10) === 0 ? 0 : 4,
    endSum: (flags & 4) === 0 ? 0 : 4,
    isOld: false,
  };
}

async function unpackFrame(
  queue: ByteQueue,
  { largest, headerBytes, blockSum, endSum, isOld }: Frame,
  emit: (piece: Buffer) => Promise<void>,
): Promise<void> {
  await take(queue, headerBytes);
  const memory = Buffer.alloc(WINDOW + largest);
  for (let kept = 0; ; ) {
    const head = await queue.peek(4);
    if (isOld && (head.length === 0 || isLz4(head) || isSkippable(head))) return;
    const written = (await take(queue, 4)).readUInt32LE(0);
    if (written === 0) return void (await take(queue, endSum));
    const isStored = !isOld && written >= IS_STORED;
    const size = isStored ? written - IS_STORED : written;
    if (size > largest + largest / 255 + 16) throw damaged();
    const packed = await take(queue, size);
    const end = isStored ? kept + packed.copy(memory, kept) : unpackBlock(packed, memory, kept);
    await emit(memory.subarray(kept, end));
    await take(queue, blockSum);
    kept = Math.min(WINDOW, end);
    memory.copyWithin(0, end - kept, end);
  }
}

async function take(queue: ByteQueue, length: number): Promise<Buffer> {
  const bytes = (await queue.peek(length)).subarray(0, length);
  if (bytes.length < length) throw damaged();
  queue.skip(length);
  return bytes;
}

/** Literals, and matches in what is before them. @returns where it ends in `memory` */
function unpackBlock(packed: Buffer, memory: Buffer, from: number): number {
  let at = 0;
  let to = from;
  const longer = (length: number): number => {
    if (length < 15) return length;
    for (let sum = length; ; ) {
      const byte = packed[at++];
      if (byte === undefined) throw damaged();
      sum += byte;
      if (byte < 255) return sum;
    }
  };
  while (at < packed.length) {
    const token = packed[at++] as number;
    const literals = longer(token >> 4);
    if (at + literals > packed.length || to + literals > memory.length) throw damaged();
    packed.copy(memory, to, at, at + literals);
    at += literals;
    to += literals;
    if (at === packed.length) return to;
    const distance = (packed[at] as number) + (packed[at + 1] ?? 0) * 256;
    at += 2;
    const length = longer(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > memory.length) throw damaged();
    if (distance >= length) memory.copyWithin(to, to - distance, to - distance + length);
    else
      for (let index = to; index < to + length; index++) memory[index] = memory[index - distance] as number;
    to += length;
  }
  return to;
}
