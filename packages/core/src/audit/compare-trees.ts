import type { ImageTree, TreeEntry } from './image-tree.ts';

/** How the files of one image differ from those of another. Paths are absolute, sorted. */
export interface FileDifferences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly ChangedFile[];
  /** Files that differ only in times within them: logs, caches, headers of compiled Python. */
  readonly timesOnly: readonly string[];
}

export interface ChangedFile {
  readonly path: string;
  readonly in: readonly FileAspect[];
}

/** `link` is the target of a symbolic link, or the numbers of a device. */
export type FileAspect = 'kind' | 'mode' | 'owner' | 'link' | 'content' | 'attributes';

/** A tree, and the same without its times. */
export interface ComparedTree {
  readonly tree: Pick<ImageTree, 'entries'>;
  readonly timeless: Pick<ImageTree, 'entries'>;
}

export function compareTrees(from: ComparedTree, to: ComparedTree): FileDifferences {
  const [before, after] = [from.tree.entries, to.tree.entries];
  const added = [...after.keys()].filter((path) => !before.has(path)).map(absolute);
  const removed = [...before.keys()].filter((path) => !after.has(path)).map(absolute);
  const changed: ChangedFile[] = [];
  const timesOnly: string[] = [];
  for (const [path, entry] of after) {
    const old = before.get(path);
    if (old === undefined || aspectsOf(old, entry).length === 0) continue;
    const timeless = [from, to].map((each) => each.timeless.entries.get(path) ?? entry);
    const aspects = aspectsOf(timeless[0] ?? old, timeless[1] ?? entry);
    if (aspects.length === 0) timesOnly.push(absolute(path));
    else changed.push({ path: absolute(path), in: aspects });
  }
  return { added, removed, changed, timesOnly };
}

function aspectsOf(from: TreeEntry, to: TreeEntry): readonly FileAspect[] {
  const differs: readonly (readonly [FileAspect, boolean])[] = [
    ['kind', from.kind !== to.kind],
    ['mode', from.mode !== to.mode],
    ['owner', from.uid !== to.uid || from.gid !== to.gid],
    ['link', from.linkname !== to.linkname],
    ['content', from.sha256 !== to.sha256 || from.size !== to.size],
    ['attributes', attributesOf(from) !== attributesOf(to)],
  ];
  return differs.filter(([, isOther]) => isOther).map(([aspect]) => aspect);
}

function attributesOf({ attributes = {} }: TreeEntry): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function absolute(path: string): string {
  return `/${path}`;
}
