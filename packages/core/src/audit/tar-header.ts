import { omitUndefined } from '../omit-undefined.ts';
import { type PaxRecords, readPaxRecords, XATTR } from './pax-records.ts';
import { TarError, textOf } from './tar-text.ts';

export type TarKind =
  | 'file'
  | 'hard-link'
  | 'symlink'
  | 'character-device'
  | 'block-device'
  | 'folder'
  | 'fifo';

export interface TarEntry {
  /** As written, including a leading `./` and a trailing `/`. */
  readonly path: string;
  readonly kind: TarKind;
  /** The permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of its content, in bytes. */
  readonly size: number;
  /** The target of a link; empty for everything else. */
  readonly linkname: string;
  readonly device: { readonly major: number; readonly minor: number };
  /** Extended attributes by name, their bytes as latin1. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What an extension header replaces in the entry after it. */
export type TarExtension = Partial<
  Pick<TarEntry, 'path' | 'linkname' | 'size' | 'uid' | 'gid' | 'attributes'>
>;

interface RawHeader {
  readonly type: string;
  readonly size: number;
  readonly hasContent: boolean;
  readonly entry: TarEntry;
}

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'folder',
  '6': 'fifo',
};

/** How to read extensions, by the type of their header: pax records of one entry or of all, GNU's long names. */
export const EXTENSIONS: Readonly<Record<string, (bytes: Buffer) => TarExtension>> = {
  x: (bytes) => fromPax(readPaxRecords(bytes)),
  // Docker writes no global records; git does, with a comment.
  g: () => ({}),
  L: (bytes) => ({ path: textOf(bytes) }),
  K: (bytes) => ({ linkname: textOf(bytes) }),
};

/** @returns `undefined` for the empty blocks that end an archive. @throws TarError */
export function readTarHeader(block: Buffer): RawHeader | undefined {
  const sum = sumOf(block);
  if (sum === EMPTY_SUM && block[0] === 0) return undefined;
  if (sum !== numberAt(block, 148, 8)) throw new TarError('The checksum of a header in it is wrong.');
  const type = String.fromCharCode(block[156] ?? 0);
  const path = pathOf(block);
  const kind = KINDS[type];
  if (kind === undefined && EXTENSIONS[type] === undefined) {
    throw new TarError(`It contains an entry of the unknown type ${JSON.stringify(type)}.`);
  }
  return {
    type,
    size: numberAt(block, 124, 12),
    // Some writers give a link the size of its target.
    hasContent: kind === 'file' || kind === undefined,
    entry: {
      path,
      // In archives older than POSIX only its name marks a folder.
      kind: kind === 'file' && path.endsWith('/') ? 'folder' : (kind ?? 'file'),
      mode: numberAt(block, 100, 8) & 0o7777,
      uid: numberAt(block, 108, 8),
      gid: numberAt(block, 116, 8),
      size: 0,
      linkname: kind === 'hard-link' || kind === 'symlink' ? textOf(block.subarray(157, 257)) : '',
      device: { major: numberAt(block, 329, 8), minor: numberAt(block, 337, 8) },
    },
  };
}

/** Whether a block is a header, of any age: only POSIX and GNU write a magic into it. */
export function isTarHeader(block: Buffer): boolean {
  if (block.length < 512 || block[0] === 0 || !CHECKSUM.test(block.toString('latin1', 148, 155)))
    return false;
  return sumOf(block) === numberAt(block, 148, 8);
}

const CHECKSUM = /^ *[0-7]+[ \0]*$/;
const CHECKSUM_START = 148;
const CHECKSUM_END = 156;
/** Checksum of a block of zeros; its own field counts as spaces. */
const EMPTY_SUM = (CHECKSUM_END - CHECKSUM_START) * 0x20;

function sumOf(block: Buffer): number {
  let sum = EMPTY_SUM;
  for (let at = 0; at < CHECKSUM_START; at++) sum += block[at] as number;
  for (let at = CHECKSUM_END; at < 512; at++) sum += block[at] as number;
  return sum;
}

/** POSIX splits a long path in two; GNU has times in the place of the first part. */
function pathOf(block: Buffer): string {
  const name = textOf(block.subarray(0, 100));
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix && block[345] !== 0 ? textOf(block.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or GNU's base-256 for large numbers. */
function numberAt(block: Buffer, start: number, length: number): number {
  const first = block[start] as number;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] as number);
    return value;
  }
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const digit = block[at] as number;
    if (digit >= 0x30 && digit <= 0x37) value = value * 8 + digit - 0x30;
    else if (digit !== 0x20 || value !== 0) break;
  }
  return value;
}

function fromPax(records: PaxRecords): TarExtension {
  const number = (key: string) => (records.has(key) ? Number(records.get(key)) : undefined);
  const attributes = [...records]
    .filter(([key]) => key.startsWith(XATTR))
    .map(([key, value]) => [key.slice(XATTR.length), value] as const);
  return omitUndefined({
    path: records.get('path'),
    linkname: records.get('linkpath'),
    size: number('size'),
    uid: number('uid'),
    gid: number('gid'),
    attributes: attributes.length === 0 ? undefined : Object.fromEntries(attributes),
  });
}
