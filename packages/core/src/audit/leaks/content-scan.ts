import {
  type ContentSink,
  isGzip,
  isTar,
  isZstd,
  sniffContent,
  TAR_HEADER_BYTES,
  UNDECIDED,
} from '../content-sink.ts';
import { isTarHeader } from '../tar-header.ts';
import { createTarReader } from '../tar-reader.ts';
import { TarError } from '../tar-text.ts';
import { openInBackground } from './background-content.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { SearchPattern } from './byte-search.ts';
import type { Trail } from './place-marks.ts';
import { type ScanContext, type ScannedContent, trailWithin } from './scan-context.ts';
import { isAr, openAr } from './unpack/ar.ts';
import { isBzip2, scanBzip2 } from './unpack/bzip2.ts';
import { scanGitPack } from './unpack/git-pack.ts';
import { LIMITS } from './unpack/limits.ts';
import { isLz4, scanLz4 } from './unpack/lz4.ts';
import { sealedBy, sealedKindOf } from './unpack/sealed.ts';
import { isSkippable } from './unpack/skippable.ts';
import { isXz, scanXz } from './unpack/xz.ts';
import { scanZip } from './unpack/zip.ts';
import { watchForZipEnd } from './unpack/zip-end.ts';
import { openZlib, type ZlibKind } from './unpack/zlib.ts';
import { scanZstd } from './unpack/zstd.ts';

export function createScanContext(
  pattern: SearchPattern,
  listener: Pick<ScanContext, 'onHit' | 'onUnread'>,
): ScanContext {
  const context: ScanContext = {
    pattern,
    ...listener,
    idleSearches: [],
    openContent: (content) => openContent(context, content),
  };
  return context;
}

/** No packed file is smaller. */
const SMALLEST = 8;

/** Looks into archives, compressed files, git objects and packs, and reports those that it cannot unpack. */
function openContent(context: ScanContext, content: ScannedContent): ContentSink | undefined {
  if (content.size < SMALLEST) return undefined;
  const enough = Math.min(TAR_HEADER_BYTES, content.size);
  return sniffContent((head, isWhole) => {
    if (head.length < enough && !isWhole) return UNDECIDED;
    if (head.length < SMALLEST) return undefined;
    const format = FORMATS.find(({ isKnownBy }) => isKnownBy(head, content));
    if (format === undefined) return watchForZipEnd(context, content);
    const isTooDeep = format.isOpen !== true && content.depth > LIMITS.depth;
    if (!isTooDeep && content.trail.inside.length <= LIMITS.inside)
      return format.open(context, content, head);
    context.onUnread(content.trail, 'It is in too many other packed files.');
    return undefined;
  });
}

interface Format {
  isKnownBy(head: Buffer, content: ScannedContent): boolean;
  /** Whether its files are searched with the stream it is in. */
  readonly isOpen?: true;
  open(context: ScanContext, content: ScannedContent, head: Buffer): ContentSink | undefined;
}

/** @param scan unpacks it while the stream that it is in goes on */
function scannedFormat(
  isKnownBy: Format['isKnownBy'],
  scan: (context: ScanContext, queue: ByteQueue, content: ScannedContent) => Promise<void>,
): Format {
  return {
    isKnownBy,
    open: (context, content) =>
      openInBackground(content.background, (queue) => scan(context, queue, content)),
  };
}

function zlibFormat(isKnownBy: Format['isKnownBy'], kind: ZlibKind): Format {
  return { isKnownBy, open: (context, content) => openZlib(context, kind, content) };
}

const FORMATS: readonly Format[] = [
  { isKnownBy: (head) => isTar(head) || isTarHeader(head), isOpen: true, open: openTar },
  { isKnownBy: isAr, isOpen: true, open: openAr },
  {
    isKnownBy: (head) => sealedKindOf(head) !== undefined,
    isOpen: true,
    open: (context, { trail }, head) => {
      context.onUnread(trail, sealedBy(sealedKindOf(head) ?? ''));
      return undefined;
    },
  },
  zlibFormat(isGzip, 'gzip'),
  zlibFormat(isZlib, 'zlib'),
  scannedFormat((head) => isZstd(head) || isSkippable(head), scanZstd),
  scannedFormat(isXz, scanXz),
  scannedFormat(isBzip2, scanBzip2),
  scannedFormat(isLz4, scanLz4),
  scannedFormat(isGitPack, scanGitPack),
  scannedFormat((head, { depth }) => isZip(head) || (isScript(head) && depth <= LIMITS.depth), scanZip),
  zlibFormat((_, { trail }) => isNamedBrotli(trail), 'brotli'),
];

/** RFC 1950: deflate, a window of at most 32 KiB, no dictionary, a checksum. A loose git object is one. */
function isZlib(head: Buffer): boolean {
  const [method = 0, flags = 0] = head;
  return (method & 0x8f) === 0x08 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0;
}

/** Versions 2 and 3. */
function isGitPack(head: Buffer): boolean {
  if (head[0] !== 0x50 || head.length < 8 || head.toString('latin1', 0, 4) !== 'PACK') return false;
  const version = head.readUInt32BE(4);
  return version === 2 || version === 3;
}

/** By its first file; an empty archive has none. */
function isZip(head: Buffer): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

/** It names its interpreter; a zip may follow, as in a Python application. */
function isScript(head: Buffer): boolean {
  return head[0] === 0x23 && head[1] === 0x21;
}

/** Brotli has no magic. */
function isNamedBrotli({ path, inside }: Trail): boolean {
  return (inside.at(-1) ?? path).endsWith('.br');
}

/** The bytes of a tar are searched with the stream it is in; here its files are distinguished. */
function openTar(context: ScanContext, content: ScannedContent): ContentSink {
  let isBroken = false;
  const visit: Parameters<typeof createTarReader>[0] = (entry, { at, contentAt }) => {
    const trail = trailWithin(content.trail, entry.path);
    content.marks.add({ at: content.at + at, contentAt: content.at + contentAt, trail });
    if (entry.kind !== 'file') return undefined;
    return openContent(context, { ...content, trail, at: content.at + contentAt, size: entry.size });
  };
  const reader = createTarReader(visit, { readsOn: true });
  const attempt = (step: () => void) => {
    if (isBroken) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof TarError)) throw error;
      isBroken = true;
      context.onUnread(content.trail, error.message);
    }
  };
  return {
    data: (piece) => attempt(() => reader.push(piece)),
    end: () => attempt(() => reader.finish()),
  };
}
