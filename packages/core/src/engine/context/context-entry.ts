import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { omitUndefined } from '../../omit-undefined.ts';

export type ContextEntryKind =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'fifo'
  | 'socket'
  | 'block-device'
  | 'character-device';

/** One thing in a build context, as `lstat` saw it. */
export interface ContextEntry {
  /** Relative to the context's folder, forward slashes. */
  readonly path: string;
  /** Its absolute path. */
  readonly source: string;
  readonly kind: ContextEntryKind;
  /** `st_mode`, with type and permission bits. */
  readonly mode: number;
  /** Bytes; 0 for a directory. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly device: bigint;
  readonly inode: bigint;
  /** Of a symlink, unresolved. */
  readonly linkTarget?: string;
  /** Of another name of a file: the path that came first. */
  readonly hardLinkOf?: string;
  /** Of a file that is on no disk. */
  readonly content?: Buffer;
  /** Numbers of a device node. */
  readonly deviceNumbers?: { readonly major: number; readonly minor: number };
}

export function kindOf(mode: number): ContextEntryKind {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'symlink';
    case constants.S_IFIFO:
      return 'fifo';
    case constants.S_IFSOCK:
      return 'socket';
    case constants.S_IFBLK:
      return 'block-device';
    case constants.S_IFCHR:
      return 'character-device';
    default:
      return 'file';
  }
}

export function createContextEntry(
  path: string,
  source: string,
  found: { readonly stat: BigIntStats; readonly linkTarget?: string; readonly hardLinkOf?: string },
): ContextEntry {
  const { stat, linkTarget, hardLinkOf } = found;
  const mode = Number(stat.mode);
  const kind = kindOf(mode);
  const entry = {
    path,
    source,
    kind,
    mode,
    size: kind === 'directory' ? 0 : Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    device: stat.dev,
    inode: stat.ino,
  };
  if (kind === 'file' && hardLinkOf === undefined) return entry;
  const isDevice = kind === 'block-device' || kind === 'character-device';
  const deviceNumbers = isDevice ? splitDevice(Number(stat.rdev)) : undefined;
  return { ...entry, ...omitUndefined({ linkTarget, hardLinkOf, deviceNumbers }) };
}

/** Linux's packing of a device number, as far as 32 bits go. */
function splitDevice(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & 0xfff00) };
}
