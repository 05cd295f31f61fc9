import type { Dirent } from 'node:fs';
import { readdirSync } from 'node:fs';
import { compareBytes } from './compare-bytes.ts';

export interface FolderItem {
  readonly name: string;
  readonly isFolder: boolean;
  /** False when the name is not UTF-8; `name` then shows the wrong bytes as `\xHH`, or as U+FFFD while unread. */
  readonly isUtf8: boolean;
}

/** The names in a folder, sorted by their bytes, as Go sorts them. @throws NodeJS.ErrnoException */
export function listFolder(folder: string): readonly FolderItem[] {
  const found = readdirSync(folder, { withFileTypes: true });
  const items = found.some((entry) => entry.name.includes('\ufffd')) ? listBytes(folder) : found.map(toItem);
  // UTF-16 and UTF-8 sort alike except where surrogates meet the characters above them.
  return items.some((item) => /[\ud800-\uffff]/.test(item.name))
    ? items.sort((a, b) => compareBytes(a.name, b.name))
    : items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toItem(entry: Dirent): FolderItem {
  return { name: entry.name, isFolder: entry.isDirectory(), isUtf8: true };
}

function listBytes(folder: string): FolderItem[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
    const bytes = entry.name as unknown as Buffer;
    const name = bytes.toString('utf8');
    const isUtf8 = Buffer.from(name).equals(bytes);
    return { name: isUtf8 ? name : showBytes(bytes), isFolder: entry.isDirectory(), isUtf8 };
  });
}

function showBytes(bytes: Buffer): string {
  return [...bytes.toString('latin1')]
    .map((char) => (char > '~' ? `\\x${char.charCodeAt(0).toString(16)}` : char))
    .join('');
}
