import { constants } from 'node:fs';
import type { ContextEntryKind } from '../context/context-entry.ts';

const KIND_BITS: Readonly<Record<ContextEntryKind, number>> = {
  file: 0,
  directory: 2 ** 31,
  symlink: 2 ** 27,
  'block-device': 2 ** 26,
  'character-device': 2 ** 26 + 2 ** 21,
  fifo: 2 ** 25,
  // fsutil takes the bit away, too: a socket arrives as an empty file.
  socket: 0,
};

/** Go's `os.FileMode`, an unsigned 32-bit number, of a kind of file and its `st_mode`. */
export function goFileMode(kind: ContextEntryKind, mode: number): number {
  return (
    KIND_BITS[kind] +
    (mode & 0o4000 ? 2 ** 23 : 0) +
    (mode & 0o2000 ? 2 ** 22 : 0) +
    (mode & 0o1000 ? 2 ** 20 : 0) +
    (mode & (constants.S_IRWXU | constants.S_IRWXG | constants.S_IRWXO))
  );
}
