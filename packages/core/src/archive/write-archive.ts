import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline as join, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { createFromStream } from '../disk/create-from-stream.ts';
import type { Images } from '../engine/engine.ts';
import { archiveFileTaken, archiveNotWritten } from '../errors/archive-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { OnProgress } from '../flow/transfer-progress.ts';
import type { FileArchive } from '../manifests/archives.ts';

/**
 * Measured on a Debian image of 207 MB: level 1 takes it to 39 % of its size, 5 to 36.0 % in a third more time, and 6 to
 * 35.8 % in three quarters more.
 */
const GZIP_LEVEL = 5;

export interface ArchiveRequest {
  readonly images: Pick<Images, 'save'>;
  readonly imageId: string;
  /** What the engine says the image takes, in bytes. */
  readonly imageBytes: number;
  /** A folder that exists. */
  readonly folder: string;
  /** What the file's name begins with; digits of its digest follow. */
  readonly name: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

export type WrittenArchive = Pick<FileArchive, 'path' | 'sha256' | 'sizeBytes' | 'layout'>;

/**
 * Saves an image, by its id and without any name, into a compressed file that is named after its own digest. So an
 * archive never takes the place of another, and loading it can't take a tag from any image.
 * @throws DeBuildError `archive-not-written`, `archive-file-taken`, `engine-*`; the signal's reason
 */
export async function writeArchive(request: ArchiveRequest): Promise<WrittenArchive> {
  const { images, imageId, imageBytes, folder, name, onProgress, signal } = request;
  const saved = await images.save(imageId, signal);
  const hash = createHash('sha256');
  const seen = { head: Buffer.alloc(0), bytes: 0, packedBytes: 0 };
  const unpacked = tap((chunk) => {
    if (seen.bytes === 0) seen.head = Buffer.from(chunk.subarray(0, 100));
    seen.bytes += chunk.length;
    onProgress({ doing: 'saving', what: name, current: seen.bytes, total: Math.max(imageBytes, seen.bytes) });
  });
  const packed = tap((chunk) => {
    hash.update(chunk);
    seen.packedBytes += chunk.length;
  });
  let sha256 = '';
  try {
    const { path, outcome } = await createFromStream(
      folder,
      join(saved, unpacked, createGzip({ level: GZIP_LEVEL }), packed, () => undefined),
      () => {
        sha256 = hash.digest('hex');
        return `${name}_${sha256.slice(0, 12)}.tar.gz`;
      },
    );
    if (outcome === 'exists' && (await digestFile(path, signal)) !== sha256) throw archiveFileTaken(path);
    return { path, sha256, sizeBytes: seen.packedBytes, layout: layoutOf(seen.head) };
  } catch (error) {
    signal.throwIfAborted();
    throw isDeBuildError(error) ? error : archiveNotWritten(folder, error);
  }
}

/** The hexadecimal SHA-256 of a file. */
export async function digestFile(
  path: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        onBytes(bytes);
      }
    },
    { signal },
  );
  return hash.digest('hex');
}

/** The layout of an archive that was written before. */
export async function readLayout(path: string): Promise<FileArchive['layout']> {
  const unpacked = createReadStream(path).pipe(createGunzip());
  for await (const chunk of unpacked as AsyncIterable<Buffer>) return layoutOf(chunk.subarray(0, 100));
  return 'docker';
}

/** The first entry of an OCI image layout that Docker writes is its folder of blobs. */
function layoutOf(head: Buffer): FileArchive['layout'] {
  return head.toString('latin1').startsWith('blobs/') ? 'oci' : 'docker';
}

function tap(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk);
      done(null, chunk);
    },
  });
}
