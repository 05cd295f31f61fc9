import { createHash } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import type { VirtualFile } from '../../disk/virtual-file.ts';
import { contextUnreadable } from '../../errors/context-failures.ts';
import { compareBytes } from '../context/compare-bytes.ts';
import { type ContextEntry, createContextEntry } from '../context/context-entry.ts';

/**
 * A folder's files and the folders between, in fsutil's order, readable for every user of the build.
 * @throws DeBuildError `context-unreadable`
 */
export function sourceEntries(files: readonly VirtualFile[]): readonly ContextEntry[] {
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const entries = [...[...folders].map(folderEntry), ...files.map(fileEntry)];
  // A folder comes before what has its name as a beginning: a slash sorts before every other character.
  return entries.sort((a, b) => compareBytes(a.path.replaceAll('/', '\0'), b.path.replaceAll('/', '\0')));
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

const NOWHERE = { source: '', size: 0, ctimeNs: 0n, device: 0n, inode: 0n } as const;

function folderEntry(path: string): ContextEntry {
  return { ...NOWHERE, path, kind: 'directory', mode: constants.S_IFDIR | 0o555, mtimeNs: 0n };
}

function fileEntry(file: VirtualFile): ContextEntry {
  const mode = constants.S_IFREG | 0o444;
  const { path } = file;
  if ('content' in file) return virtualEntry(path, file.content, mode);
  try {
    return { ...createContextEntry(path, file.file, { stat: statSync(file.file, { bigint: true }) }), mode };
  } catch (error) {
    throw contextUnreadable(path, error);
  }
}

/**
 * A file that is on no disk. The engine asks again only for a file whose size or time differs, so the time follows from the
 * content.
 */
export function virtualEntry(
  path: string,
  data: string | Uint8Array,
  mode = constants.S_IFREG | 0o644,
): ContextEntry {
  const content = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
  const digest = createHash('sha256').update(content).digest();
  const mtimeNs = BigInt(digest.readUIntBE(0, 6)) * 1000n;
  return { ...NOWHERE, path, kind: 'file', mode, size: content.length, mtimeNs, content };
}
