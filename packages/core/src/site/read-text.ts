import { isUtf8 } from 'node:buffer';
import { constants, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileNotRegular, fileNotUtf8, fileTooLarge, fileUnreadable } from '../errors/file-findings.ts';
import type { Finding } from '../errors/finding.ts';
import { placeOf } from './text-place.ts';

export type TextFile =
  | { readonly state: 'read'; readonly text: string; readonly bytes: Buffer }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly finding: Finding };

/**
 * Reads one of the site's text files: a regular file, of at most `maximumBytes`, in UTF-8. A byte order mark
 * stays in the text. Anything else is a finding, never an exception, and never a wait (as a FIFO would be).
 */
export async function readText(site: string, path: string, maximumBytes: number): Promise<TextFile> {
  try {
    const bytes = await readBytes(site, path, maximumBytes);
    if (!Buffer.isBuffer(bytes)) return { state: 'unusable', finding: bytes };
    if (isUtf8(bytes)) return { state: 'read', text: bytes.toString('utf8'), bytes };
    const good = bytes.subarray(0, firstBadByte(bytes)).toString('utf8');
    return { state: 'unusable', finding: fileNotUtf8({ file: path, ...placeOf(good, good.length) }) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' };
    return { state: 'unusable', finding: fileUnreadable(path, error) };
  }
}

async function readBytes(site: string, path: string, maximumBytes: number): Promise<Buffer | Finding> {
  const file = await open(resolve(site, path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return fileNotRegular(path);
    if (stat.size > maximumBytes) return fileTooLarge(path, stat.size, maximumBytes);
    const bytes = await file.readFile();
    return bytes.length > maximumBytes ? fileTooLarge(path, bytes.length, maximumBytes) : bytes;
  } finally {
    await file.close();
  }
}

/** The first offset where the bytes are not UTF-8: the decoded text has U+FFFD there. */
function firstBadByte(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  return at === -1 ? bytes.length : at;
}
