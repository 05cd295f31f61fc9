import {
  type ContentSink,
  isGzip,
  isTar,
  isZstd,
  sniffContent,
  TAR_HEADER_BYTES,
  UNDECIDED,
} from '../content-sink.ts';
import { createTarReader } from '../tar-reader.ts';
import { TarError } from '../tar-text.ts';
import { openInBackground } from './background-content.ts';
import type { SearchPattern } from './byte-search.ts';
import { type ScanContext, type ScannedContent, trailWithin } from './scan-context.ts';
import { scanGitPack } from './unpack/git-pack.ts';
import { scanZip } from './unpack/zip.ts';
import { openZlib } from './unpack/zlib.ts';
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

/** Looks into archives, compressed files, git objects and packs. */
function openContent(context: ScanContext, content: ScannedContent): ContentSink | undefined {
  if (content.size < SMALLEST) return undefined;
  return sniffContent((head, isWhole) => {
    const format = head.length < 4 ? undefined : FORMATS.find(({ isKnownBy }) => isKnownBy(head));
    if (format !== undefined) return format.open(context, content);
    return isWhole || head.length >= TAR_HEADER_BYTES ? undefined : UNDECIDED;
  });
}

interface Format {
  isKnownBy(head: Buffer): boolean;
  open(context: ScanContext, content: ScannedContent): ContentSink;
}

const FORMATS: readonly Format[] = [
  { isKnownBy: isGzip, open: (context, content) => openZlib(context, 'gzip', content) },
  { isKnownBy: isZlib, open: (context, content) => openZlib(context, 'zlib', content) },
  ...(
    [
      [isZstd, scanZstd],
      [isGitPack, scanGitPack],
      [isZip, scanZip],
    ] as const
  ).map(
    ([isKnownBy, scan]): Format => ({
      isKnownBy,
      open: (context, content) =>
        openInBackground(content.background, (queue) => scan(context, queue, content)),
    }),
  ),
  { isKnownBy: isTar, open: openTar },
];

/** RFC 1950: deflate with a window of 32 KiB, and a checksum of the two bytes. A loose git object is one. */
function isZlib(head: Buffer): boolean {
  return head[0] === 0x78 && head.readUInt16BE(0) % 31 === 0;
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

/** The bytes of a tar are searched with the stream it is in; here its files are distinguished. */
function openTar(context: ScanContext, content: ScannedContent): ContentSink {
  let isBroken = false;
  const reader = createTarReader((entry, { at, contentAt }) => {
    const trail = trailWithin(content.trail, entry.path);
    content.marks.add({ at: content.at + at, contentAt: content.at + contentAt, trail });
    if (entry.kind !== 'file') return undefined;
    return openContent(context, { ...content, trail, at: content.at + contentAt, size: entry.size });
  });
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
