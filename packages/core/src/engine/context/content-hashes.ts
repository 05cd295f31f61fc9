import { readFile } from 'node:fs/promises';
import { writeWhole } from '../../disk/write-whole.ts';
import type { ContextEntry } from './context-entry.ts';

/**
 * SHA-256 of files' contents, kept from one build to the next by device, inode, size, mtime and ctime. A file that changed
 * within the last two seconds is not kept, as a second write could leave all five equal.
 */
export interface ContentHashes {
  get(entry: ContextEntry): Buffer | undefined;
  set(entry: ContextEntry, hash: Buffer): void;
  /** Writes what this build used, if anything is new, and forgets the rest. */
  save(): Promise<void>;
}

const MAGIC = Buffer.from('dbhash01');
const NUMBERS_BYTES = 5 * 8;
const RECORD_BYTES = NUMBERS_BYTES + 32;
const UNSETTLED_NS = 2_000_000_000n;

/**
 * @param file a cache: absent, damaged or from another machine, it counts as empty
 * @param now milliseconds since the epoch
 */
export async function openContentHashes(file: string, now: () => number = Date.now): Promise<ContentHashes> {
  const known = readRecords(await readFile(file).catch(() => undefined));
  const used = new Map<bigint, Remembered>();
  let isChanged = false;
  return {
    get(entry) {
      const found = used.get(entry.inode) ?? known.get(entry.inode);
      if (found === undefined || !isSame(found, entry)) return undefined;
      used.set(entry.inode, found);
      return found.hash;
    },
    set(entry, hash) {
      if (entry.ctimeNs > BigInt(now()) * 1_000_000n - UNSETTLED_NS) return;
      const { device, inode, mtimeNs, ctimeNs } = entry;
      used.set(inode, { device, inode, size: BigInt(entry.size), mtimeNs, ctimeNs, hash });
      isChanged = true;
    },
    async save() {
      if (isChanged) await writeWhole(file, writeRecords([...used.values()]));
    },
  };
}

interface Remembered {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly hash: Buffer;
}

function isSame(found: Remembered, entry: ContextEntry): boolean {
  return (
    found.ctimeNs === entry.ctimeNs &&
    found.mtimeNs === entry.mtimeNs &&
    found.size === BigInt(entry.size) &&
    found.device === entry.device
  );
}

function readRecords(bytes: Buffer | undefined): Map<bigint, Remembered> {
  const records = new Map<bigint, Remembered>();
  if (!bytes?.subarray(0, MAGIC.length).equals(MAGIC)) return records;
  for (let at = MAGIC.length; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const inode = bytes.readBigUInt64LE(at + 8);
    records.set(inode, {
      device: bytes.readBigUInt64LE(at),
      inode,
      size: bytes.readBigUInt64LE(at + 16),
      mtimeNs: bytes.readBigInt64LE(at + 24),
      ctimeNs: bytes.readBigInt64LE(at + 32),
      hash: bytes.subarray(at + NUMBERS_BYTES, at + RECORD_BYTES),
    });
  }
  return records;
}

function writeRecords(records: readonly Remembered[]): Buffer {
  const bytes = Buffer.allocUnsafe(MAGIC.length + records.length * RECORD_BYTES);
  MAGIC.copy(bytes);
  let at = MAGIC.length;
  for (const { device, inode, size, mtimeNs, ctimeNs, hash } of records) {
    bytes.writeBigUInt64LE(device, at);
    bytes.writeBigUInt64LE(inode, at + 8);
    bytes.writeBigUInt64LE(size, at + 16);
    bytes.writeBigInt64LE(mtimeNs, at + 24);
    bytes.writeBigInt64LE(ctimeNs, at + 32);
    hash.copy(bytes, at + NUMBERS_BYTES);
    at += RECORD_BYTES;
  }
  return bytes;
}
