import type { Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { PackOptions } from 'tar-fs';
import type { Header } from 'tar-stream';
import { omitUndefined } from '../../omit-undefined.ts';
import type { ContextEntry } from '../context/context-entry.ts';
import { readIgnoreFile } from '../context/ignore-file.ts';
import { readFileInPieces, readSmallFile, SMALL_FILE_BYTES } from '../context/read-context-file.ts';
import { walkContext } from '../context/walk-context.ts';

export interface TarContextOptions {
  readonly contextFolder: string;
  readonly containerfile: string;
  readonly neverSend: readonly string[];
  /** Files that go in as well, by name. */
  readonly extraFiles?: Readonly<Record<string, Buffer>>;
  readonly signal?: AbortSignal | undefined;
}

export interface TarContext {
  readonly tar: Readable;
  /** What it holds of the context, in the order of the walk. */
  readonly entries: readonly ContextEntry[];
  /** Grows while the tar is read. */
  readonly packed: { files: number; bytes: number };
}

type TarHeader = Partial<Header> & Pick<Header, 'name'>;

const PIECE_BYTES = 64 * 1024;
/** The latest second that a plain tar header holds, in 11 octal digits. */
const LATEST_PLAIN_SECOND = 0o77777777777;

/** The Containerfile's name in the tar, as it may be excluded or outside the context. */
export const CONTAINERFILE = '.de-build-containerfile';

/**
 * Podman excludes what this file names, in preference to `.dockerignore`, which would exclude files that a
 * `Containerfile.dockerignore` lets through.
 */
const IGNORE_FILE = '.containerignore';

/**
 * A build context as a tar, the way Docker's own client packs it: owner 0:0, whole seconds, hard links, FIFOs and
 * devices kept, sockets left out.
 * @throws as `walkContext`; while it is read, the tar fails with `context-changed`, `context-file-too-large` or `context-unreadable`
 */
export async function packContext(options: TarContextOptions): Promise<TarContext> {
  const { pack } = await import('tar-fs');
  const { contextFolder: root, containerfile, neverSend, signal } = options;
  const added: Readonly<Record<string, Buffer>> = {
    [CONTAINERFILE]: await readFile(containerfile),
    [IGNORE_FILE]: Buffer.from(`${CONTAINERFILE}\n${IGNORE_FILE}\n`),
    ...options.extraFiles,
  };
  const exclude = await readIgnoreFile(root, containerfile);
  const entries = new Map<string, ContextEntry>();
  for await (const batch of walkContext(omitUndefined({ folder: root, exclude, neverSend, signal }))) {
    for (const entry of batch) {
      if (entry.kind !== 'socket' && !(entry.path in added)) entries.set(entry.path, entry);
    }
  }

  const packed = { files: 0, bytes: 0 };
  const bySource = new Map([...entries].map(([path, entry]) => [join(root, path), entry]));
  const packOptions: PackOptions & { fs: unknown; umask: number } = {
    entries: [...entries.keys()],
    // Every file system call of tar-fs is answered from the walk.
    fs: walkedFiles(bySource),
    umask: 0,
    finalize: false,
    map(header) {
      const entry = entries.get(header.name);
      if (entry === undefined) return header;
      if (isPlainFile(entry)) packed.files++;
      const changed = describe(header as TarHeader, entry);
      packed.bytes += changed.size ?? 0;
      return changed as typeof header;
    },
    finish(tar) {
      for (const [name, content] of Object.entries(added)) {
        tar.entry({ name, mode: 0o600, mtime: new Date(0), type: 'file' }, content);
      }
      tar.finalize();
    },
  };
  const tar = pack(root, packOptions);
  // streamx is not an instance of Node's Readable.
  return {
    tar: Readable.from(tar, { objectMode: false }),
    entries: [...entries.values()],
    packed,
  };
}

function describe(header: TarHeader, entry: ContextEntry): TarHeader {
  const seconds = Number(entry.mtimeNs / 1_000_000_000n) - (entry.mtimeNs % 1_000_000_000n < 0n ? 1 : 0);
  const isPlain = seconds >= 0 && seconds <= LATEST_PLAIN_SECOND;
  const changed: TarHeader = {
    ...header,
    uid: 0,
    gid: 0,
    mtime: new Date(isPlain ? seconds * 1000 : 0),
    ...(isPlain ? {} : { pax: { mtime: String(seconds) } }),
  };
  if (entry.hardLinkOf !== undefined) {
    return { ...changed, type: 'link', linkname: entry.hardLinkOf, size: 0 };
  }
  switch (entry.kind) {
    case 'fifo':
      return { ...changed, type: 'fifo', size: 0 };
    case 'block-device':
    case 'character-device':
      return {
        ...changed,
        type: entry.kind,
        size: 0,
        devmajor: entry.deviceNumbers?.major ?? 0,
        devminor: entry.deviceNumbers?.minor ?? 0,
      };
    default:
      return changed;
  }
}

/** The calls of Node's fs that tar-fs makes. To it, everything but folders and symlinks is a file. */
function walkedFiles(entries: ReadonlyMap<string, ContextEntry>) {
  return {
    lstat(source: string, done: (error: Error | null, stat?: Partial<Stats>) => void) {
      const entry = entries.get(source);
      if (entry === undefined) return done(new Error(`${source} was not walked`));
      done(null, {
        mode: entry.mode,
        size: isPlainFile(entry) ? entry.size : 0,
        mtime: new Date(0),
        uid: 0,
        gid: 0,
        isDirectory: () => entry.kind === 'directory',
        isSymbolicLink: () => entry.kind === 'symlink',
        isSocket: () => false,
        isFile: () => true,
      });
    },
    readdir(_source: string, done: (error: null, names: readonly string[]) => void) {
      done(null, []);
    },
    readlink(source: string, done: (error: null, target: string) => void) {
      done(null, entries.get(source)?.linkTarget ?? '');
    },
    createReadStream(source: string): Readable {
      const entry = entries.get(source);
      if (entry === undefined || !isPlainFile(entry)) return Readable.from([]);
      return Readable.from(readPieces(entry), { objectMode: false });
    },
  };
}

async function* readPieces(entry: ContextEntry): AsyncGenerator<Buffer, void, void> {
  if (entry.size <= SMALL_FILE_BYTES) {
    const bytes = readSmallFile(entry);
    if (bytes.length > 0) yield bytes;
    return;
  }
  // The tar keeps a piece for longer than it is valid.
  for await (const piece of readFileInPieces(entry, PIECE_BYTES)) yield Buffer.from(piece);
}

function isPlainFile(entry: ContextEntry): boolean {
  return entry.kind === 'file' && entry.hardLinkOf === undefined;
}
