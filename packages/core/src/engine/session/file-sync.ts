import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { contextUnreadable } from '../../errors/context-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
import { compareBytes } from '../context/compare-bytes.ts';
import type { ContentHashes } from '../context/content-hashes.ts';
import { type ContextEntry, createContextEntry } from '../context/context-entry.ts';
import { createContextFilter } from '../context/context-filter.ts';
import { walkContext } from '../context/walk-context.ts';
import { diffCopy } from './diff-copy.ts';
import type { GrpcCall, GrpcMethods } from './grpc-server.ts';
import { GRPC, GrpcError } from './grpc-status.ts';

export interface FileSyncOptions {
  readonly contextFolder: string;
  /** Absolute; of its folder, only it and its ignore file are sent. */
  readonly containerfile: string;
  readonly neverSend: readonly string[];
  readonly hashes?: ContentHashes | undefined;
  /**
   * Called after each transfer of the context with all entries that the engine was offered so far, by path, without
   * ignore files that it only read.
   */
  readonly onOffered?: (offered: ReadonlyMap<string, ContextEntry>) => void;
}

export interface FileSync {
  readonly methods: GrpcMethods;
  /** Files and bytes of content that went to the engine so far. */
  readonly sent: { files: number; bytes: number };
}

/** `moby.filesync.v1.FileSync`: serves the Containerfile and the context. */
export function fileSync(options: FileSyncOptions): FileSync {
  const sent = { files: 0, bytes: 0 };
  const offered = new Map<string, ContextEntry>();
  const onSent = (entry: ContextEntry) => {
    sent.files++;
    sent.bytes += entry.size;
  };

  const converse = async (call: GrpcCall): Promise<void> => {
    const folder = call.metadata.get('dir-name')?.[0];
    if (folder === 'dockerfile') {
      await diffCopy(call, { entries: containerfileEntries(options.containerfile, call), onSent });
      return;
    }
    if (folder !== 'context') throw new GrpcError(GRPC.notFound, `there is no folder ${folder ?? ''} here`);
    const selection = selectionOf(call);
    const { contextFolder, neverSend, hashes } = options;
    const entries = walkContext({ ...selection, folder: contextFolder, neverSend, signal: call.signal });
    const announced = await diffCopy(call, { entries, onSent, hashes });
    if (isIgnoreFileOnly(selection.follow)) return;
    for (const entry of announced) offered.set(entry.path, entry);
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

/** The Containerfile may be a symlink, and its folder may hold files that must not be sent. */
async function* containerfileEntries(
  containerfile: string,
  call: GrpcCall,
): AsyncGenerator<readonly ContextEntry[], void, void> {
  const { follow, ...selection } = selectionOf(call);
  const filter = createContextFilter({ ...selection, include: [...selection.include, ...(follow ?? [])] });
  const files = [containerfile, `${containerfile}.dockerignore`];
  const entries = await Promise.all(files.map((file) => readEntry(file)));
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
