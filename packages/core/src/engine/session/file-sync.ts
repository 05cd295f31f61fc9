import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { VirtualFile } from '../../disk/virtual-file.ts';
import { contextUnreadable } from '../../errors/context-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { GRAFT_FOLDER, SOURCES_CONTEXT } from '../../site/mount-sources.ts';
import { compareBytes } from '../context/compare-bytes.ts';
import type { ContentHashes } from '../context/content-hashes.ts';
import { type ContextEntry, createContextEntry } from '../context/context-entry.ts';
import { createContextFilter } from '../context/context-filter.ts';
import { walkContext } from '../context/walk-context.ts';
import type { BuildRequest } from '../engine.ts';
import { diffCopy } from './diff-copy.ts';
import type { GrpcCall, GrpcMethods } from './grpc-server.ts';
import { GRPC, GrpcError } from './grpc-status.ts';
import { sourceEntries, virtualEntry } from './source-entries.ts';

export interface FileSyncOptions
  extends Pick<BuildRequest, 'contextFolder' | 'containerfile' | 'neverSend' | 'sources'> {
  readonly hashes?: ContentHashes | undefined;
  /**
   * Called after each transfer of the context with all entries that the engine was offered so far, by path, without
   * ignore files that it only read, and without the sources.
   */
  readonly onOffered?: (offered: ReadonlyMap<string, ContextEntry>) => void;
}

export interface FileSync {
  readonly methods: GrpcMethods;
  /** Files and bytes of content that went to the engine so far. */
  readonly sent: { files: number; bytes: number };
}

/** `moby.filesync.v1.FileSync`: serves the Containerfile, the context and the sources. */
export function fileSync(options: FileSyncOptions): FileSync {
  const sent = { files: 0, bytes: 0 };
  const offered = new Map<string, ContextEntry>();
  const onSent = (entry: ContextEntry) => {
    if (isGrafted(entry.path)) return;
    sent.files++;
    sent.bytes += entry.size;
  };

  const { contextFolder, sources, hashes } = options;
  const grafted = sources?.offer === 'graft' ? sources.files.map(below(GRAFT_FOLDER)) : [];
  const neverSend = [...options.neverSend, ...(grafted.length > 0 ? [GRAFT_FOLDER] : [])];

  const converse = async (call: GrpcCall): Promise<void> => {
    const folder = call.metadata.get('dir-name')?.[0];
    if (folder === 'dockerfile') {
      await diffCopy(call, { entries: containerfileEntries(options, call), onSent });
      return;
    }
    const selection = selectionOf(call);
    const isIgnoreFile = isIgnoreFileOnly(selection.follow);
    if (folder === SOURCES_CONTEXT && sources !== undefined) {
      // The builder keeps nothing of what it gets when it asks for an ignore file.
      await diffCopy(call, { entries: once(isIgnoreFile ? [] : sourceEntries(sources.files)) });
      return;
    }
    if (folder !== 'context') throw new GrpcError(GRPC.notFound, `there is no folder ${folder ?? ''} here`);
    const walked = walkContext({ ...selection, folder: contextFolder, neverSend, signal: call.signal });
    const entries =
      grafted.length === 0 || isIgnoreFile ? walked : insertEntries(walked, sourceEntries(grafted));
    const announced = await diffCopy(call, { entries, onSent, hashes });
    if (isIgnoreFile) return;
    for (const entry of announced) if (!isGrafted(entry.path)) offered.set(entry.path, entry);
    options.onOffered?.(offered);
  };

  return { methods: { '/moby.filesync.v1.FileSync/DiffCopy': { converse } }, sent };
}

function selectionOf({ metadata }: GrpcCall) {
  const follow = metadata.get('followpaths');
  return {
    include: metadata.get('include-patterns') ?? [],
    exclude: metadata.get('exclude-patterns') ?? [],
    ...omitUndefined({ follow }),
  };
}

/** The builder reads `.dockerignore` before it asks for the context. */
function isIgnoreFileOnly(follow: readonly string[] | undefined): boolean {
  return follow?.length === 1 && follow[0] === '.dockerignore';
}

function below(folder: string) {
  return (file: VirtualFile): VirtualFile => ({ ...file, path: `${folder}/${file.path}` });
}

function isGrafted(path: string): boolean {
  return path === GRAFT_FOLDER || path.startsWith(`${GRAFT_FOLDER}/`);
}

async function* once(entries: readonly ContextEntry[]): AsyncGenerator<readonly ContextEntry[], void, void> {
  yield entries;
}

/** Entries of one folder in its place among the others. */
async function* insertEntries(
  walked: AsyncIterable<readonly ContextEntry[]>,
  entries: readonly ContextEntry[],
): AsyncGenerator<readonly ContextEntry[], void, void> {
  let isInserted = false;
  for await (const batch of walked) {
    const at = isInserted
      ? -1
      : batch.findIndex(({ path }) => compareBytes(path.split('/', 1)[0] ?? '', GRAFT_FOLDER) > 0);
    if (at === -1) yield batch;
    else {
      isInserted = true;
      yield [...batch.slice(0, at), ...entries, ...batch.slice(at)];
    }
  }
  if (!isInserted) yield entries;
}

/** The Containerfile may be a symlink, and its folder may hold files that must not be sent. */
async function* containerfileEntries(
  { containerfile, sources }: FileSyncOptions,
  call: GrpcCall,
): AsyncGenerator<readonly ContextEntry[], void, void> {
  const { follow, ...selection } = selectionOf(call);
  const filter = await createContextFilter({
    ...selection,
    include: [...selection.include, ...(follow ?? [])],
  });
  const files = [containerfile, `${containerfile}.dockerignore`];
  const found = await Promise.all(files.map((file) => readEntry(file)));
  const entries =
    sources === undefined
      ? found
      : [virtualEntry(basename(containerfile), sources.containerfile), ...found.slice(1)];
  yield entries
    .filter((entry) => entry !== undefined)
    .filter((entry) => filter.judge(entry.path, false, undefined).isWanted)
    .sort((a, b) => compareBytes(a.path, b.path));
}

async function readEntry(file: string): Promise<ContextEntry | undefined> {
  try {
    const source = await realpath(file);
    const stat = statSync(source, { bigint: true });
    return stat.isFile() ? createContextEntry(basename(file), source, { stat }) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw contextUnreadable(basename(file), error);
  }
}
