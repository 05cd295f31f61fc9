import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import {
  contextChanged,
  contextFolderMissing,
  contextNameNotUtf8,
  contextUnreadable,
} from '../../errors/context-failures.ts';
import { type ContextEntry, createContextEntry } from './context-entry.ts';
import { type ContextSelection, createContextFilter, type Verdict } from './context-filter.ts';
import { followPaths } from './follow-paths.ts';
import { type FolderItem, listFolder } from './list-folder.ts';

export interface ContextWalk extends ContextSelection {
  /** Absolute. */
  readonly folder: string;
  /** Paths and wildcards whose symlinks are followed inside the context; they add to `include`. */
  readonly follow?: readonly string[];
  readonly signal?: AbortSignal;
}

/** How long the walk may block the event loop; health checks of a session must be answered. */
const STRETCH_MS = 20;
const LARGEST_BATCH = 512;

/**
 * The wanted entries of a build context, in fsutil's order: siblings sorted by bytes, a folder before its contents. In
 * batches, as a promise for each of 20,000 entries costs more than the entries. What vanishes before it is read is
 * omitted; what cannot be read is an error unless it is excluded.
 * @throws DeBuildError `context-folder-missing`, `context-unreadable`, `context-changed`, `context-name-not-utf8`,
 * `ignore-pattern-malformed`; the signal's reason
 */
export async function* walkContext(walk: ContextWalk): AsyncGenerator<readonly ContextEntry[], void, void> {
  const root = resolveFolder(walk.folder);
  const followed = walk.follow === undefined ? [] : followPaths(root, walk.follow);
  const filter = await createContextFilter({ ...walk, include: [...(walk.include ?? []), ...followed] });
  const firstNames = new Map<string, string>();
  const open: OpenFolder[] = [openRoot(root)];
  let batch: ContextEntry[] = [];
  let stretchEnds = performance.now() + STRETCH_MS;

  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const item = folder.items[folder.next++];
    if (item === undefined) {
      open.pop();
      continue;
    }
    const path = folder.path === '' ? item.name : `${folder.path}/${item.name}`;
    const verdict = filter.judge(path, item.isFolder, folder.verdict);
    if (!verdict.isWanted && !verdict.isEntered) continue;
    const found: Found = { path, source: `${folder.source}/${item.name}`, item, verdict };
    if (verdict.isWanted && !announce(found, { open, firstNames, batch })) continue;
    if (verdict.isEntered) open.push(enterFolder(found));

    const isStretchOver = performance.now() > stretchEnds;
    if (!isStretchOver && batch.length < LARGEST_BATCH) continue;
    if (batch.length > 0) yield batch;
    batch = [];
    if (isStretchOver) await setImmediate();
    walk.signal?.throwIfAborted();
    stretchEnds = performance.now() + STRETCH_MS;
  }
  if (batch.length > 0) yield batch;
}

interface OpenFolder {
  readonly path: string;
  readonly source: string;
  readonly verdict: Verdict | undefined;
  readonly items: readonly FolderItem[];
  next: number;
  /** False while nothing wanted was found below a folder that is not wanted for itself. */
  isAnnounced: boolean;
}

interface Found {
  readonly path: string;
  readonly source: string;
  readonly item: FolderItem;
  readonly verdict: Verdict;
}

interface Progress {
  readonly open: readonly OpenFolder[];
  /** Device and inode of files with several names → the name that came first. */
  readonly firstNames: Map<string, string>;
  readonly batch: ContextEntry[];
}

/** Adds the entry after its folders. @returns false when it no longer exists */
function announce(found: Found, { open, firstNames, batch }: Progress): boolean {
  if (!found.item.isUtf8) throw contextNameNotUtf8(found.path);
  const entry = readEntry(found.path, found.source, firstNames);
  if (entry === undefined) return false;
  for (const folder of open) {
    if (folder.isAnnounced) continue;
    const above = readEntry(folder.path, folder.source, firstNames);
    if (above === undefined) throw contextChanged(folder.path, 'The folder was removed.');
    batch.push(above);
    folder.isAnnounced = true;
  }
  batch.push(entry);
  return true;
}

function readEntry(path: string, source: string, firstNames: Map<string, string>): ContextEntry | undefined {
  try {
    const stat = lstatSync(source, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) {
      return createContextEntry(path, source, { stat, linkTarget: readlinkSync(source) });
    }
    if (stat.nlink < 2n || stat.isDirectory()) return createContextEntry(path, source, { stat });
    const identity = `${stat.dev}:${stat.ino}`;
    const hardLinkOf = firstNames.get(identity);
    if (hardLinkOf !== undefined) return createContextEntry(path, source, { stat, hardLinkOf });
    firstNames.set(identity, path);
    return createContextEntry(path, source, { stat });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw contextUnreadable(path, error);
  }
}

function enterFolder({ path, source, item, verdict }: Found): OpenFolder {
  try {
    return openFolder(path, source, verdict);
  } catch (error) {
    if (!verdict.isWanted || !item.isUtf8)
      return { path, source, verdict, items: [], next: 0, isAnnounced: false };
    if (isGone(error)) throw contextChanged(path, 'The folder was removed.');
    throw contextUnreadable(path, error);
  }
}

function openRoot(root: string): OpenFolder {
  try {
    return openFolder('', root, undefined);
  } catch (error) {
    throw contextFolderMissing(root, error);
  }
}

function openFolder(path: string, source: string, verdict: Verdict | undefined): OpenFolder {
  return {
    path,
    source,
    verdict,
    items: listFolder(source),
    next: 0,
    isAnnounced: verdict?.isWanted ?? true,
  };
}

function resolveFolder(folder: string): string {
  try {
    const root = realpathSync(folder);
    if (statSync(root).isDirectory()) return root;
  } catch (error) {
    throw contextFolderMissing(folder, error);
  }
  throw contextFolderMissing(folder);
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
