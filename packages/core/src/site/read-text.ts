import { isUtf8 } from 'node:buffer';
import { constants, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Finding } from '../errors/finding.ts';

export type TextFile =
  | { readonly state: 'read'; readonly text: string; readonly bytes: Buffer }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly finding: Finding };

/**
 * Reads one of the site's text files: a regular file, of at most `maximumBytes`, in UTF-8. A byte order mark
 * stays in the text. Anything else is a finding, never an exception, and never a wait (as a FIFO would be).
 */
export async function readText(site: string, path: string, maximumBytes: number): Promise<TextFile> {
  let bytes: Buffer | Finding | undefined;
  try {
    bytes = await readBytes(site, path, maximumBytes);
  } catch (error) {
    return { state: 'unusable', finding: unreadable(path, error) };
  }
  if (bytes === undefined) return { state: 'missing' };
  if (!Buffer.isBuffer(bytes)) return { state: 'unusable', finding: bytes };
  if (!isUtf8(bytes)) return { state: 'unusable', finding: notUtf8(path, bytes) };
  return { state: 'read', text: bytes.toString('utf8'), bytes };
}

async function readBytes(
  site: string,
  path: string,
  maximumBytes: number,
): Promise<Buffer | Finding | undefined> {
  const file = await open(resolve(site, path), constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
    if (error?.code === 'ENOENT' || error?.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return notAFile(path);
    if (stat.size > maximumBytes) return tooLarge(path, stat.size, maximumBytes);
    const bytes = await file.readFile();
    return bytes.length > maximumBytes ? tooLarge(path, bytes.length, maximumBytes) : bytes;
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: unknown): Finding {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return {
    id: 'file-unreadable',
    severity: 'error',
    what: `${path} cannot be read.`,
    why: `The system answered ${code}.`,
    fix: `Give the user who runs de-build permission to read ${path}.`,
    file: path,
  };
}

function notAFile(path: string): Finding {
  return {
    id: 'file-not-regular',
    severity: 'error',
    what: `${path} is not a regular file.`,
    why: 'It is a folder, a pipe or a device.',
    fix: `Replace ${path} by a file.`,
    file: path,
  };
}

function tooLarge(path: string, size: number, maximumBytes: number): Finding {
  return {
    id: 'file-too-large',
    severity: 'error',
    what: `${path} is too large to be what it should be.`,
    why: `It has ${size} bytes; de-build reads at most ${maximumBytes}.`,
    fix: `Look at what was written to ${path}, and cut it down.`,
    file: path,
  };
}

function notUtf8(path: string, bytes: Buffer): Finding {
  const good = bytes.subarray(0, firstBadByte(bytes)).toString('utf8');
  const lineStart = good.lastIndexOf('\n') + 1;
  return {
    id: 'file-not-utf8',
    severity: 'error',
    what: `${path} is not UTF-8 text.`,
    why: 'A byte at this place does not belong to any UTF-8 character.',
    fix: `Save ${path} as UTF-8 in your editor.`,
    file: path,
    line: good.split('\n').length,
    column: good.length - lineStart + 1,
  };
}

/** Where the bytes and their best reading part: that reading has U+FFFD for what is not UTF-8. */
function firstBadByte(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString('utf8'));
  let index = 0;
  while (index < bytes.length && bytes[index] === again[index]) index += 1;
  return index;
}
