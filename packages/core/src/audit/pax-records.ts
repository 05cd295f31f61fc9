import { TarError, textOf } from './tar-text.ts';

/** By key; the values of extended attributes, which are bytes, as latin1. */
export type PaxRecords = ReadonlyMap<string, string>;

/** How Go's archive/tar and star name extended attributes. */
export const XATTR = 'SCHILY.xattr.';

/**
 * The records of a pax extended header: `<length> <key>=<value>\n`, the length counting itself (POSIX.1-2001, pax).
 * @throws TarError
 */
export function readPaxRecords(bytes: Buffer): PaxRecords {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(bytes.toString('latin1', at, Math.max(space, at)));
    const end = at + length;
    const equals = bytes.indexOf(0x3d, space);
    if (space === -1 || !(length > 0) || end > bytes.length || equals === -1 || equals >= end) {
      throw new TarError('A pax record in it is malformed.');
    }
    const key = bytes.toString('utf8', space + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    records.set(key, key.startsWith(XATTR) ? value.toString('latin1') : textOf(value));
    at = end;
  }
  return records;
}
