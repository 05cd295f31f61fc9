import { createHash } from 'node:crypto';
import type { ImageTree, TakeNote, TreeEntry } from './image-tree.ts';
import { digestTree } from './image-tree.ts';

/** Logs and caches, which hold times anywhere: their names, modes and owners count, their contents do not. */
const UNSTEADY =
  /^(?:var\/(?:log|cache|tmp)|tmp|root\/\.(?:cache|npm)|home\/[^/]+\/\.(?:cache|npm))\/|\/logs\/[^/]+\.log$/;
/** Holds the day on which each password was last changed (shadow(5)). */
const SHADOW = /^etc\/shadow-?$/;
const COMPILED = /\.pyc$/;
const SMALL = 16 * 1024 * 1024;

/** A file's content without the times in it. */
export interface TimelessNote {
  /** SHA-256 in hexadecimal. */
  readonly timeless: string;
}

/** For `readImageTree`: notes the files that hold times in known places. */
export const noteTimeless: TakeNote<TimelessNote> = (path, size) => {
  if (size > SMALL) return undefined;
  if (COMPILED.test(path)) return (content) => ({ timeless: hashOf(withoutSourceTime(content)) });
  if (SHADOW.test(path)) return (content) => ({ timeless: hashOf(withoutDays(content)) });
  return undefined;
};

/**
 * The tree without the times within files: in headers of compiled Python, in /etc/shadow, and anywhere in logs and caches.
 * Two builds of the same sources have the same, if their steps are reproducible otherwise.
 */
export function withoutTimes({
  entries,
  notes,
}: Pick<ImageTree, 'entries' | 'notes'>): Pick<ImageTree, 'entries' | 'digest'> {
  const timeless = new Map<string, TreeEntry>();
  for (const [path, entry] of entries) timeless.set(path, timelessEntry(path, entry, notes.get(path)));
  return { entries: timeless, digest: digestTree(timeless) };
}

function timelessEntry(path: string, entry: TreeEntry, note: unknown): TreeEntry {
  if (entry.kind !== 'file') return entry;
  if (UNSTEADY.test(path)) return { ...entry, size: 0, sha256: '' };
  const { timeless } = (note ?? {}) as Partial<TimelessNote>;
  return timeless === undefined ? entry : { ...entry, size: 0, sha256: timeless };
}

/** Python 3.7 and later (PEP 552): magic number, flags, and where these are zero the source's time and size. */
function withoutSourceTime(content: Buffer): Buffer {
  if (content.length < 16 || content.readUInt32LE(4) !== 0) return content;
  return Buffer.concat([content.subarray(0, 8), Buffer.alloc(4), content.subarray(12)]);
}

function withoutDays(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replace(/^([^:\n]*:[^:\n]*:)\d+(?=:)/gm, '$1'), 'latin1');
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
