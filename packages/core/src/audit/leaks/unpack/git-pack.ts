import { createHash } from 'node:crypto';
import { createInflate, inflateSync } from 'node:zlib';
import type { ByteQueue } from '../byte-queue.ts';
import { fileWithin, type NestedFile, type ScanContext, type ScannedContent } from '../scan-context.ts';
import { createFileScan, scanWhole } from '../stream-scan.ts';
import { applyGitDelta, LARGEST_RESULT } from './git-delta.ts';
import { inflateFrom, inflateHead } from './inflate.ts';

const HEADER_BYTES = 12;
/** Size and type, the base's distance, the base's name. */
const LONGEST_ENTRY_HEADER = 10 + 10 + 32;
/** The last objects are kept as bases of later deltas. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** Read ahead, so that most objects are whole. */
const AHEAD_BYTES = 256 * 1024;

const TYPES = ['', 'commit', 'tree', 'blob', 'tag', '', 'ofs-delta', 'ref-delta'] as const;

interface PackedObject {
  readonly type: string;
  readonly content: Buffer;
  name?: string;
}

interface EntryHeader {
  readonly type: (typeof TYPES)[number];
  /** Unpacked, in bytes. */
  readonly size: number;
  readonly length: number;
  /** How many bytes before the entry its base begins. */
  readonly distance: number;
  readonly baseName: string;
}

/**
 * Unpacks every object of a pack (gitformat-pack) and scans it. A delta is applied to its base, if that was among the
 * last objects before it.
 */
export async function scanGitPack(
  context: ScanContext,
  queue: ByteQueue,
  content: ScannedContent,
): Promise<void> {
  const kept = createKeptObjects();
  let at = 0;
  const skip = (length: number) => {
    queue.skip(length);
    at += length;
  };
  const unread = (why: string) => context.onUnread(content.trail, why);
  const head = await queue.peek(HEADER_BYTES);
  if (head.length < HEADER_BYTES) return;
  const objects = head.readUInt32BE(8);
  skip(HEADER_BYTES);
  let unresolved = 0;
  for (let index = 0; index < objects; index++) {
    const start = at;
    const header = readEntryHeader(await queue.peek(LONGEST_ENTRY_HEADER));
    if (header === undefined) return unread('It is not a git pack, or is cut off.');
    skip(header.length);
    const file = fileWithin(content, `object at ${start}`);
    if (header.size > LARGEST_RESULT) {
      const length = await scanLargeObject(context, queue, { ...file, size: header.size });
      if (length === undefined) return unread('An object in it cannot be unpacked.');
      at += length;
      continue;
    }
    const unpacked = inflate(await queue.peek(Math.max(AHEAD_BYTES, boundOf(header.size))), header.size);
    if (unpacked === undefined) return unread('An object in it cannot be unpacked.');
    skip(unpacked.packed);
    const object = resolve(header, unpacked.content, kept, start);
    if (object === undefined) unresolved++;
    else kept.keep(start, object);
    await scanWhole(context, object?.content ?? unpacked.content, file);
  }
  if (unresolved > 0)
    unread(`${unresolved} of its ${objects} objects are deltas of objects that are too far away.`);
}

function resolve(
  header: EntryHeader,
  content: Buffer,
  kept: ReturnType<typeof createKeptObjects>,
  start: number,
): PackedObject | undefined {
  if (header.type !== 'ofs-delta' && header.type !== 'ref-delta') return { type: header.type, content };
  const base = header.type === 'ofs-delta' ? kept.at(start - header.distance) : kept.named(header.baseName);
  const result = base && applyGitDelta(base.content, content);
  return base && result && { type: base.type, content: result };
}

/** The last objects, by their offsets and by their names. */
function createKeptObjects() {
  const objects = new Map<number, PackedObject>();
  let bytes = 0;
  return {
    at(place: number): PackedObject | undefined {
      const object = objects.get(place);
      if (object === undefined) return undefined;
      // A base is likely to be used again.
      objects.delete(place);
      objects.set(place, object);
      return object;
    },
    named(name: string): PackedObject | undefined {
      for (const object of objects.values()) {
        object.name ??= nameOf(object, name.length === 64 ? 'sha256' : 'sha1');
        if (object.name === name) return object;
      }
      return undefined;
    },
    keep(place: number, object: PackedObject) {
      objects.set(place, object);
      bytes += object.content.length;
      for (const [oldest, { content }] of objects) {
        if (bytes <= KEPT_BYTES) break;
        objects.delete(oldest);
        bytes -= content.length;
      }
    },
  };
}

function nameOf({ type, content }: PackedObject, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`${type} ${content.length}\0`).update(content).digest('hex');
}

function readEntryHeader(bytes: Buffer): EntryHeader | undefined {
  let at = 0;
  let byte = bytes[at++];
  if (byte === undefined) return undefined;
  const type = TYPES[(byte >> 4) & 7] ?? '';
  let size = byte & 15;
  for (let scale = 16; byte >= 0x80; scale *= 128) {
    byte = bytes[at++];
    if (byte === undefined) return undefined;
    size += (byte & 0x7f) * scale;
  }
  if (type === '') return undefined;
  let distance = 0;
  let baseName = '';
  if (type === 'ofs-delta') {
    byte = bytes[at++];
    if (byte === undefined) return undefined;
    distance = byte & 0x7f;
    while (byte >= 0x80) {
      byte = bytes[at++];
      if (byte === undefined) return undefined;
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
  }
  if (type === 'ref-delta') {
    baseName = bytes.toString('hex', at, at + 20);
    at += 20;
  }
  return { type, size, length: at, distance, baseName };
}

/** Upper bound of what deflate makes of incompressible bytes. */
function boundOf(size: number): number {
  return size + (size >>> 9) + 1024;
}

/** A pack does not say how many packed bytes an object has. */
function inflate(bytes: Buffer, size: number) {
  const options = { chunkSize: Math.max(64, size + 1), maxOutputLength: Math.max(1, size) };
  const inflated = inflateHead(inflateSync, bytes, options);
  return inflated?.content.length === size ? inflated : undefined;
}

/** @returns how many packed bytes it took; they are skipped */
async function scanLargeObject(
  context: ScanContext,
  queue: ByteQueue,
  object: NestedFile & { readonly size: number },
): Promise<number | undefined> {
  const scan = createFileScan(context, object);
  const inflated = await inflateFrom(queue, createInflate(), scan);
  return inflated?.unpacked === object.size ? inflated.packed : undefined;
}
