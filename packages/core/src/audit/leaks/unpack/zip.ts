import { createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type NestedFile, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan, createStreamScan, scanWhole } from '../stream-scan.ts';
import { inflateFrom, inflateHead } from './inflate.ts';
import { SMALL_UNPACKED_BYTES } from './limits.ts';

const HEADER_MAGIC = Buffer.from('PK\u0003\u0004', 'latin1');
const HEADER_BYTES = 30;
const DESCRIPTOR = 0x08074b50;
const STORED = 0;
const DEFLATED = 8;
/** The specification's last ones; a header with higher ones is not of an archive. */
const LAST_METHOD = 99;
const LAST_VERSION = 63;
const IS_ENCRYPTED = 1;
/** The sizes follow the content: the writer did not know them before. */
const SIZES_BEHIND = 8;
/** The real size is in an extension. */
const SIZE_ELSEWHERE = 0xffffffff;
const ZIP64 = 1;
const AHEAD_BYTES = 64 * 1024;

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** Packed, in bytes; `undefined` when it follows the content. */
  readonly size: number | undefined;
  readonly isEncrypted: boolean;
  readonly headerBytes: number;
}

/**
 * Unpacks every file of a zip archive (PKWARE's APPNOTE 6.3.10), such as a wheel or a jar, from the front, and scans it:
 * also behind a script that runs it, and of an archive behind another one. The bytes of a stored file were searched with the
 * archive; only what is packed in them is scanned.
 */
export async function scanZip(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  while (await findHeader(queue)) {
    const entry = await readEntry(queue);
    queue.skip(entry?.headerBytes ?? 1);
    if (entry === undefined) continue;
    const file = fileWithin(content, entry.name);
    const obstacle = obstacleTo(entry);
    if (obstacle !== undefined) context.onUnread(file.trail, obstacle);
    const isPassed =
      obstacle !== undefined
        ? await pass(queue, entry.size ?? Number.POSITIVE_INFINITY)
        : entry.method === DEFLATED
          ? await unpack(context, queue, { ...file, size: entry.size })
          : await lookInto(context, queue, { ...file, size: entry.size ?? 0 });
    if (isPassed) continue;
    if (obstacle === undefined)
      context.onUnread(file.trail, 'Neither it nor what follows it can be unpacked.');
    return;
  }
}

function obstacleTo({ method, size, isEncrypted }: ZipEntry): string | undefined {
  if (isEncrypted) return 'It is encrypted.';
  if (method === DEFLATED) return undefined;
  if (method !== STORED) return `Its compression method ${method} is not supported.`;
  return size === undefined ? 'Its size is not known.' : undefined;
}

/** Scans archives in a stored file. */
async function lookInto(
  context: ScanContext,
  queue: ByteQueue,
  file: NestedFile & { readonly size: number },
): Promise<boolean> {
  const { trail, size } = file;
  const scan = createStreamScan(context, file);
  const content = scan.open({ trail, at: 0, size });
  const isWhole = await pass(queue, size, async (piece) => {
    content?.data(piece);
    await scan.drained();
  });
  content?.end();
  await scan.finish();
  return isWhole;
}

async function unpack(
  context: ScanContext,
  queue: ByteQueue,
  file: NestedFile & Pick<ZipEntry, 'size'>,
): Promise<boolean> {
  const { size } = file;
  const ahead = await queue.peek(Math.min(size ?? AHEAD_BYTES, AHEAD_BYTES));
  const small = inflateHead(inflateRawSync, ahead.subarray(0, size), {
    maxOutputLength: SMALL_UNPACKED_BYTES,
  });
  let packed = small?.packed;
  if (small === undefined) {
    packed = (await inflateFrom(queue, createInflateRaw(), createFileScan(context, file)))?.packed;
  } else {
    queue.skip(small.packed);
    await scanWhole(context, small.content, file);
  }
  if (packed === undefined) return false;
  if (size !== undefined) return packed <= size && (await pass(queue, size - packed));
  await skipDescriptor(queue);
  return true;
}

/** @returns whether there were `size` bytes */
async function pass(
  queue: ByteQueue,
  size: number,
  take?: (piece: Buffer) => Promise<void>,
): Promise<boolean> {
  for (let left = size; left > 0; ) {
    const bytes = (await queue.peek(Math.min(left, AHEAD_BYTES))).subarray(0, left);
    if (bytes.length === 0) return false;
    await take?.(bytes);
    queue.skip(bytes.length);
    left -= bytes.length;
  }
  return true;
}

/** Skips what is before the next header. @returns whether there is one */
async function findHeader(queue: ByteQueue): Promise<boolean> {
  for (;;) {
    const bytes = await queue.peek(AHEAD_BYTES);
    const at = bytes.indexOf(HEADER_MAGIC);
    queue.skip(at === -1 ? Math.max(0, bytes.length - HEADER_MAGIC.length + 1) : at);
    if (at !== -1 || bytes.length < AHEAD_BYTES) return at !== -1;
  }
}

async function readEntry(queue: ByteQueue): Promise<ZipEntry | undefined> {
  const head = await queue.peek(HEADER_BYTES);
  if (head.length < HEADER_BYTES) return undefined;
  const flags = head.readUInt16LE(6);
  const method = head.readUInt16LE(8);
  const nameLength = head.readUInt16LE(26);
  const headerBytes = HEADER_BYTES + nameLength + head.readUInt16LE(28);
  const whole = await queue.peek(headerBytes);
  const isKnown = method <= LAST_METHOD && (head[4] as number) <= LAST_VERSION && nameLength > 0;
  if (!isKnown || whole.length < headerBytes) return undefined;
  const size = whole.readUInt32LE(18);
  const extensions = whole.subarray(HEADER_BYTES + nameLength, headerBytes);
  return {
    name: whole.toString('utf8', HEADER_BYTES, HEADER_BYTES + nameLength),
    method,
    size: (flags & SIZES_BEHIND) !== 0 ? undefined : size === SIZE_ELSEWHERE ? longSize(extensions) : size,
    isEncrypted: (flags & IS_ENCRYPTED) !== 0,
    headerBytes,
  };
}

/** The packed size of 64 bits, after the unpacked one. */
function longSize(extensions: Buffer): number | undefined {
  for (let at = 0; at + 4 <= extensions.length; at += 4 + extensions.readUInt16LE(at + 2)) {
    if (extensions.readUInt16LE(at) !== ZIP64 || at + 20 > extensions.length) continue;
    return Number(extensions.readBigUInt64LE(at + 12));
  }
  return undefined;
}

/** Its mark may be missing, and its sizes may have 32 or 64 bits; the next header shows where it ends. */
async function skipDescriptor(queue: ByteQueue): Promise<void> {
  const bytes = await queue.peek(28);
  const isMarked = bytes.length >= 4 && bytes.readUInt32LE(0) === DESCRIPTOR;
  const lengths = isMarked ? [16, 24] : [12, 20];
  const length = lengths.find((each) => bytes.toString('latin1', each, each + 2) === 'PK');
  queue.skip(Math.min(bytes.length, length ?? (lengths[0] as number)));
}
