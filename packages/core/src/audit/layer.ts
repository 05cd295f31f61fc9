import { createHash, hash } from 'node:crypto';
import type { ContentSink } from './content-sink.ts';
import type { TarEntry } from './tar-header.ts';
import { createTarReader, type EntryPlace, type TarReader } from './tar-reader.ts';

/** A file, folder or link of an image, without its times, which differ with every build. */
export interface TreeEntry {
  readonly kind: 'file' | 'folder' | 'symlink' | 'device' | 'fifo';
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a file, in bytes. */
  readonly size: number;
  /** The target of a symbolic link; `b 8:0` for a device. */
  readonly linkname: string;
  /** Of a file's content, in hexadecimal. */
  readonly sha256: string;
  /** Extended attributes, such as a program's capabilities; their bytes as latin1. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A second name of a file, which may come later in its layer. */
export interface HardLink {
  readonly kind: 'hard-link';
  readonly linkname: string;
}

/** What a layer adds to the layers below, and removes from them (OCI image specification, "Layer Filesystem Changeset"). */
export interface Layer<Note> {
  readonly entries: ReadonlyMap<string, TreeEntry | HardLink>;
  /** With everything in them. */
  readonly removed: ReadonlySet<string>;
  /** Folders whose content in the layers below is removed. */
  readonly opaque: ReadonlySet<string>;
  readonly notes: ReadonlyMap<string, Note>;
}

/** Decides by path and size whether a file's content is needed, and returns the sink that notes it. */
export type TakeNote<Note> = (
  path: string,
  size: number,
) => ((content: Buffer) => Note | undefined) | undefined;

/** Sees the bytes of a layer, and each entry before the bytes of its content. */
export interface LayerListener {
  data(piece: Buffer): void;
  entry(entry: TarEntry, place: EntryPlace): ContentSink | undefined;
  /** Waits for work in the background; `undefined` when there is none. */
  drained(): Promise<void> | undefined;
  finish(): Promise<void>;
}

export interface LayerOptions<Note> {
  /** Without it no files are read, only what the layer removes. */
  readonly takeNote?: TakeNote<Note> | undefined;
  readonly listener?: LayerListener | undefined;
}

export interface LayerReader<Note> extends Pick<TarReader, 'push'> {
  /** Waits for its listener; `undefined` when there is nothing to wait for. */
  drained(): Promise<void> | undefined;
  /** @throws TarError; what its listener throws */
  finish(): Promise<Layer<Note>>;
}

const WHITEOUT = '.wh.';
/** Marks an opaque folder; other names with the prefix belong to AUFS. */
const OPAQUE = '.wh..wh..opq';
const OWN = '.wh..wh.';

/** Reads a layer's tar as it comes, and hashes every file. */
export function createLayerReader<Note>({ takeNote, listener }: LayerOptions<Note>): LayerReader<Note> {
  const entries = new Map<string, TreeEntry | HardLink>();
  const removed = new Set<string>();
  const opaque = new Set<string>();
  const notes = new Map<string, Note>();

  const visit = (entry: TarEntry): ContentSink | undefined => {
    const path = cleanPath(entry.path);
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (name.startsWith(WHITEOUT)) {
      const folder = slash === -1 ? '' : path.slice(0, slash);
      if (name === OPAQUE) opaque.add(folder);
      else if (!name.startsWith(OWN)) removed.add(join(folder, name.slice(WHITEOUT.length)));
      return undefined;
    }
    // Only some layers contain the root itself.
    if (path === '' || takeNote === undefined) return undefined;
    notes.delete(path);
    if (entry.kind === 'hard-link') {
      entries.set(path, { kind: 'hard-link', linkname: cleanPath(entry.linkname) });
      return undefined;
    }
    if (entry.kind !== 'file') {
      entries.set(path, treeEntry(entry, ''));
      return undefined;
    }
    const note = takeNote(path, entry.size);
    return hashing(entry.size, {
      isKept: note !== undefined,
      done(sha256, content) {
        entries.set(path, treeEntry(entry, sha256));
        const taken = note?.(content);
        if (taken !== undefined) notes.set(path, taken);
      },
    });
  };

  const reader = createTarReader((entry, place) => {
    const own = visit(entry);
    const listening = listener?.entry(entry, place);
    return own === undefined || listening === undefined ? (own ?? listening) : both(own, listening);
  });
  return {
    push(piece) {
      // Before the listener gets the bytes, it must know their entry.
      reader.push(piece);
      listener?.data(piece);
    },
    drained: () => listener?.drained(),
    async finish() {
      reader.finish();
      await listener?.finish();
      return { entries, removed, opaque, notes };
    },
  };
}

function both(one: ContentSink, other: ContentSink): ContentSink {
  return {
    data(piece) {
      one.data(piece);
      other.data(piece);
    },
    end() {
      one.end();
      other.end();
    },
  };
}

/** Most files come in one piece, which is hashed faster in one call. */
function hashing(
  size: number,
  { isKept, done }: { isKept: boolean; done: (sha256: string, content: Buffer) => void },
): ContentSink {
  const kept: Buffer[] = [];
  let only = EMPTY_SHA256;
  let many: ReturnType<typeof createHash> | undefined;
  return {
    data(piece) {
      if (isKept) kept.push(piece);
      if (piece.length === size) only = hash('sha256', piece, 'hex');
      else {
        many ??= createHash('sha256');
        many.update(piece);
      }
    },
    end: () => done(many?.digest('hex') ?? only, isKept ? Buffer.concat(kept) : EMPTY),
  };
}

const EMPTY = Buffer.alloc(0);
const EMPTY_SHA256 = hash('sha256', EMPTY, 'hex');

function treeEntry(entry: TarEntry, sha256: string): TreeEntry {
  const { mode, uid, gid, size, attributes } = entry;
  return {
    kind: kindOf(entry),
    mode,
    uid,
    gid,
    size,
    linkname: linknameOf(entry),
    sha256,
    ...(attributes === undefined ? {} : { attributes }),
  };
}

function kindOf({ kind }: TarEntry): TreeEntry['kind'] {
  if (kind === 'character-device' || kind === 'block-device') return 'device';
  return kind === 'hard-link' ? 'file' : kind;
}

function linknameOf({ kind, linkname, device }: TarEntry): string {
  if (kind !== 'character-device' && kind !== 'block-device') return linkname;
  return `${kind === 'block-device' ? 'b' : 'c'} ${device.major}:${device.minor}`;
}

/** `./a/b/` and `/a/b` are `a/b`. */
function cleanPath(path: string): string {
  const clean = path.startsWith('/') || path.startsWith('.') || path.includes('//');
  const from = clean
    ? path
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')
    : path;
  return from.endsWith('/') ? from.slice(0, -1) : from;
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
