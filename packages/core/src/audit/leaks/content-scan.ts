import type { TarContent } from '../tar-reader.ts';
import { createTarReader } from '../tar-reader.ts';
import { TarError } from '../tar-text.ts';
import { scanGitPack } from './git-pack-scan.ts';
import { type PlaceMarks, within } from './place-marks.ts';
import { createSlowContent } from './slow-content.ts';
import type { ContentPlace, ScanContext, SlowContent } from './stream-scan.ts';
import { scanZip } from './zip-scan.ts';
import { createZlibScan } from './zlib-scan.ts';
import { createZstdScan } from './zstd-scan.ts';

/** The stream that a content is part of. */
export interface Surroundings {
  readonly marks: PlaceMarks;
  readonly slow: Set<SlowContent>;
  readonly depth: number;
}

export interface ContentOptions extends ContentPlace, Surroundings {}

/** No packed file is smaller. */
const SMALLEST = 8;
const TAR_MAGIC_AT = 257;
const TAR_HEADER = 512;

/** Looks into a content that is an archive, a compressed file, a git object or a pack; all others are left alone. */
export function createContentScan(
  context: ScanContext,
  place: ContentPlace,
  surroundings: Surroundings,
): TarContent | undefined {
  if (place.size < SMALLEST) return undefined;
  const options: ContentOptions = { ...surroundings, ...place };
  let head: Buffer | undefined;
  let isDecided = false;
  let inner: TarContent | undefined;
  const decide = (bytes: Buffer) => {
    isDecided = true;
    head = undefined;
    inner = scanOf(context, bytes, options);
    inner?.data(bytes);
  };
  return {
    data(piece) {
      if (isDecided) {
        inner?.data(piece);
        return;
      }
      const bytes = head === undefined ? piece : Buffer.concat([head, piece]);
      if (bytes.length >= TAR_HEADER || isKnownAtOnce(bytes)) decide(bytes);
      else head = bytes;
    },
    end() {
      if (!isDecided && head !== undefined) decide(head);
      inner?.end();
      inner = undefined;
    },
  };
}

function isKnownAtOnce(bytes: Buffer): boolean {
  return (
    bytes.length >= 4 && (isGzip(bytes) || isZstd(bytes) || isPack(bytes) || isZlib(bytes) || isZip(bytes))
  );
}

function scanOf(context: ScanContext, head: Buffer, options: ContentOptions): TarContent | undefined {
  if (isGzip(head)) return createZlibScan(context, 'gzip', options);
  if (isZlib(head)) return createZlibScan(context, 'zlib', options);
  if (isZstd(head)) return createZstdScan(context, options);
  if (isPack(head)) {
    return createSlowContent(options.slow, (queue) => scanGitPack(context, queue, options));
  }
  if (isZip(head)) return createSlowContent(options.slow, (queue) => scanZip(context, queue, options));
  if (isTar(head)) return createTarScan(options, context);
  return undefined;
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** RFC 1950: deflate with a window of 32 KiB, and a checksum of the two bytes. A git object by itself is one. */
function isZlib(head: Buffer): boolean {
  return head[0] === 0x78 && head.length >= 2 && head.readUInt16BE(0) % 31 === 0;
}

function isZstd(head: Buffer): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

/** Versions 2 and 3. */
function isPack(head: Buffer): boolean {
  if (head[0] !== 0x50 || head.length < 8) return false;
  const version = head.readUInt32BE(4);
  return head.toString('latin1', 0, 4) === 'PACK' && (version === 2 || version === 3);
}

/** Of its first file; an empty one begins otherwise. */
function isZip(head: Buffer): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
}

function isTar(head: Buffer): boolean {
  return head.length >= TAR_HEADER && head.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar';
}

/** An archive's bytes are searched where it lies; here they are only told apart. */
function createTarScan(options: ContentOptions, context: ScanContext): TarContent {
  let isBroken = false;
  const reader = createTarReader((entry, { at, contentAt }) => {
    const trail = within(options.trail, entry.path);
    options.marks.add({ at: options.at + at, contentAt: options.at + contentAt, trail });
    if (entry.kind !== 'file') return undefined;
    const place: ContentPlace = { trail, at: options.at + contentAt, size: entry.size };
    return createContentScan(context, place, options);
  });
  const attempt = (step: () => void) => {
    if (isBroken) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof TarError)) throw error;
      isBroken = true;
      context.onUnread(options.trail, error.message);
    }
  };
  return {
    data: (piece) => attempt(() => reader.push(piece)),
    end: () => attempt(() => reader.finish()),
  };
}
