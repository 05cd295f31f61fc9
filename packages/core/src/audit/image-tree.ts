import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { imageFilesUnreadable } from '../errors/audit-failures.ts';
import type { TakeNote, TreeEntry } from './layer.ts';
import { mergeLayers } from './merge-layers.ts';
import { readSavedImage, type SavedImage, type SavedImageOptions } from './saved-image.ts';
import { TarError } from './tar-text.ts';

export type { TakeNote, TreeEntry } from './layer.ts';

/** All files of an image as a container sees them, with the hashes of their contents. */
export interface ImageTree<Note = unknown> {
  /** By path without a leading slash, sorted by UTF-16 code units, without the root itself. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /**
   * `sha256:…` over paths, kinds, modes, owners, links, attributes and contents, but not over times, nor over which layer a
   * file is in. A hard link counts as its file.
   */
  readonly digest: string;
  /** What `takeNote` kept of files. */
  readonly notes: ReadonlyMap<string, Note>;
}

/**
 * Reads the files of an image while it streams out of the engine (`Images.save`).
 * @param image its name in error messages
 * @throws DeBuildError `image-files-unreadable`; what the stream fails with
 */
export async function readImageTree<Note>(
  image: string,
  stream: Readable,
  takeNote: TakeNote<Note> = () => undefined,
): Promise<ImageTree<Note>> {
  return treeOf(await readImage(image, stream, { takeNote }));
}

/**
 * Reads an image while it streams out of the engine; `listener` sees every byte of its layers on the way.
 * @throws DeBuildError `image-files-unreadable`; what the stream fails with
 */
export async function readImage<Note>(
  image: string,
  stream: Readable,
  options: SavedImageOptions<Note>,
): Promise<SavedImage<Note>> {
  try {
    return await readSavedImage(stream, options);
  } catch (error) {
    throw error instanceof TarError ? imageFilesUnreadable(image, error.message, error) : error;
  }
}

/** All files of a saved image that was read with `takeNote`. */
export function treeOf<Note>({ layers }: SavedImage<Note>): ImageTree<Note> {
  const { entries, notes } = mergeLayers(layers);
  const sorted = new Map([...entries].sort(byPath));
  return { entries: sorted, notes, digest: digestTree(sorted) };
}

/**
 * The digest of one folder of an image, with paths relative to it: equal for equal folders of any images.
 * @param folder absolute path in the image
 * @returns `undefined` when the image has no such folder
 */
export function digestFolder(tree: Pick<ImageTree, 'entries'>, folder: string): string | undefined {
  const prefix = `${folder.replace(/^\/+|\/+$/g, '')}/`;
  const inside = [...tree.entries].filter(([path]) => path.startsWith(prefix));
  if (inside.length === 0 && tree.entries.get(prefix.slice(0, -1))?.kind !== 'folder') return undefined;
  return digestTree(inside.map(([path, entry]) => [path.slice(prefix.length), entry] as const));
}

/** Digest of entries in their order. */
export function digestTree(entries: Iterable<readonly [string, TreeEntry]>): string {
  const digest = createHash('sha256');
  for (const [path, entry] of entries) {
    const { kind, mode, uid, gid, size, linkname, sha256, attributes } = entry;
    const facts = [
      path,
      kind,
      mode.toString(8),
      uid,
      gid,
      size,
      linkname,
      sha256,
      namesAndValues(attributes),
    ];
    digest.update(`${facts.join('\0')}\n`);
  }
  return `sha256:${digest.digest('hex')}`;
}

function namesAndValues(attributes: TreeEntry['attributes']): string {
  return Object.entries(attributes ?? {})
    .sort(byPath)
    .map(([name, value]) => `${name}=${Buffer.from(value, 'latin1').toString('hex')}`)
    .join(',');
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
