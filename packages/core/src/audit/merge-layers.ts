import type { HardLink, Layer, TreeEntry } from './layer.ts';

export interface MergedLayers<Note> {
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly notes: ReadonlyMap<string, Note>;
}

/**
 * The files that a container of the image sees. A layer's whiteouts remove files of the layers below, never its own; a folder
 * over a folder keeps the content of both, and anything else replaces what was there.
 * @param layers the lowest first
 */
export function mergeLayers<Note>(layers: readonly Layer<Note>[]): MergedLayers<Note> {
  const entries = new Map<string, TreeEntry>();
  const notes = new Map<string, Note>();
  for (const layer of layers) {
    hideBelow(layer, { entries, notes });
    for (const [path, entry] of layer.entries) {
      const real = entry.kind === 'hard-link' ? fileBehind(entry, { layer, below: entries }) : entry;
      if (real === undefined) continue;
      entries.set(path, real);
      if (!layer.notes.has(path)) notes.delete(path);
    }
    for (const [path, note] of layer.notes) notes.set(path, note);
  }
  return { entries, notes };
}

/** In one pass over the files below, however many whiteouts there are. */
function hideBelow<Note>(
  layer: Layer<Note>,
  below: { readonly entries: Map<string, TreeEntry>; readonly notes: Map<string, Note> },
): void {
  const emptied = new Set(layer.opaque);
  for (const path of layer.removed) emptied.add(path);
  for (const [path, entry] of layer.entries) {
    if (entry.kind !== 'folder' && below.entries.get(path)?.kind === 'folder') emptied.add(path);
  }
  if (emptied.size === 0) return;
  for (const path of below.entries.keys()) {
    if (!layer.removed.has(path) && !isInFolder(path, (folder) => emptied.has(folder))) continue;
    below.entries.delete(path);
    below.notes.delete(path);
  }
}

/** Whether one of the folders that a path is in passes a test; the last one is the root, an empty path. */
export function isInFolder(path: string, test: (folder: string) => boolean): boolean {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    if (test(path.slice(0, slash))) return true;
  }
  return test('');
}

const LINK_LIMIT = 16;

function fileBehind<Note>(
  link: HardLink,
  { layer, below }: { readonly layer: Layer<Note>; readonly below: ReadonlyMap<string, TreeEntry> },
): TreeEntry | undefined {
  let at: TreeEntry | HardLink | undefined = link;
  for (let links = 0; links < LINK_LIMIT && at?.kind === 'hard-link'; links++) {
    at = layer.entries.get(at.linkname) ?? below.get(at.linkname);
  }
  return at?.kind === 'hard-link' ? undefined : at;
}
