import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { contextChanged, contextFileTooLarge, contextUnreadable } from '../../errors/context-failures.ts';
import type { ContextEntry } from './context-entry.ts';

/** Files up to this size are read synchronously, which is ten times faster for small ones. */
export const SMALL_FILE_BYTES = 128 * 1024;

/** Only a sparse file is larger. */
const LARGEST_FILE_BYTES = 64 * 2 ** 30;

// A symlink or FIFO that replaced the file must not redirect or block the reader.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The bytes of a small file, exactly as it was listed.
 * @throws DeBuildError `context-changed`, `context-unreadable`
 */
export function readSmallFile(entry: ContextEntry): Buffer {
  let file: number | undefined;
  try {
    file = openSync(entry.source, FLAGS);
    requireSame(entry, fstatSync(file, { bigint: true }));
    const bytes = Buffer.allocUnsafe(entry.size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length <= entry.size; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    requireSize(entry, length);
    return bytes.subarray(0, length);
  } catch (error) {
    throw explain(entry, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The bytes of a file of any size, in pieces; each piece is valid until the next one.
 * @throws DeBuildError `context-changed`, `context-file-too-large`, `context-unreadable`
 */
export async function* readFileInPieces(
  entry: ContextEntry,
  pieceBytes: number,
): AsyncGenerator<Buffer, void, void> {
  if (entry.size > LARGEST_FILE_BYTES) {
    throw contextFileTooLarge(entry.path, entry.size, LARGEST_FILE_BYTES);
  }
  const file = await open(entry.source, FLAGS).catch((error: unknown) => {
    throw explain(entry, error);
  });
  try {
    requireSame(entry, await file.stat({ bigint: true }));
    const piece = Buffer.allocUnsafe(pieceBytes);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > entry.size) break;
      yield piece.subarray(0, bytesRead);
    }
    requireSize(entry, length);
    requireSame(entry, await file.stat({ bigint: true }));
  } catch (error) {
    throw explain(entry, error);
  } finally {
    await file.close();
  }
}

function requireSame(entry: ContextEntry, now: BigIntStats): void {
  if (now.ino !== entry.inode || now.dev !== entry.device) {
    throw contextChanged(entry.path, 'Another file took its place.');
  }
  requireSize(entry, Number(now.size));
  if (now.mtimeNs !== entry.mtimeNs) throw contextChanged(entry.path, 'It was written to.');
}

function requireSize(entry: ContextEntry, size: number): void {
  if (size === entry.size) return;
  throw contextChanged(
    entry.path,
    `Its size is no longer ${entry.size} bytes, as it was when it was listed.`,
  );
}

function explain(entry: ContextEntry, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return contextChanged(entry.path, 'It was removed.');
    case 'ELOOP':
    case 'ENXIO':
      return contextChanged(entry.path, 'Something else took its place.');
    case 'EACCES':
    case 'EPERM':
    case 'EIO':
      return contextUnreadable(entry.path, error);
    default:
      return error;
  }
}
