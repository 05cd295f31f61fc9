import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** Reads a file to its end while it is written, or later. */
export interface StreamReader<Found> {
  /** Resolves when it takes more. */
  write(chunk: Buffer): Promise<void>;
  /** What it found. @throws an Error whose message says why the content is not complete */
  end(): Promise<Found>;
  destroy(): void;
}

/** What mariadb-dump and mysqldump write last. */
const DUMP_END = '-- Dump completed';
const KEPT_END = 256;
/** Of tar: two empty blocks. */
const TAR_END = Buffer.alloc(1024);
const UNPACK_CHUNK = 256 * 1024;

/** A dump that is packed by gzip. */
export function readDump(): StreamReader<{ readonly unpackedBytes: number }> {
  const unpacked = createGunzip({ chunkSize: UNPACK_CHUNK });
  let unpackedBytes = 0;
  let end: Buffer = Buffer.alloc(0);
  unpacked.on('data', (chunk: Buffer) => {
    unpackedBytes += chunk.length;
    end = keepEnd(end, chunk, KEPT_END);
  });
  const whole = ended(unpacked, 'end');
  return {
    write: (chunk) => feed(unpacked, chunk),
    async end() {
      unpacked.end();
      await whole.catch((error: Error) => {
        throw new Error(`It does not unpack: ${error.message}`);
      });
      if (!end.toString('latin1').includes(DUMP_END)) throw new Error('It has no end mark.');
      return { unpackedBytes };
    },
    destroy: () => void unpacked.destroy(),
  };
}

/** Files in a tar archive. */
export function readTar(): StreamReader<{ readonly files: number; readonly bytes: number }> {
  const tar = extract();
  let files = 0;
  let bytes = 0;
  let end: Buffer = Buffer.alloc(0);
  tar.on('entry', ({ type, size = 0 }, content, next) => {
    if (type === 'file') files += 1;
    bytes += size;
    // The archive's own error tells it.
    content
      .on('end', next)
      .on('error', () => undefined)
      .resume();
  });
  const whole = ended(tar, 'finish');
  return {
    write(chunk) {
      end = keepEnd(end, chunk, TAR_END.length);
      return feed(tar, chunk);
    },
    async end() {
      (tar as NodeJS.WritableStream).end();
      await whole.catch((error: Error) => {
        throw new Error(`It does not unpack: ${error.message}`);
      });
      if (!end.equals(TAR_END)) throw new Error('It has no end mark.');
      return { files, bytes };
    },
    destroy: () => void tar.destroy(),
  };
}

function keepEnd(end: Buffer, chunk: Buffer, length: number): Buffer {
  if (chunk.length >= length) return chunk.subarray(-length);
  return Buffer.concat([end, chunk]).subarray(-length);
}

/** It is awaited after the last write, and may fail before. */
function ended(stream: NodeJS.EventEmitter, event: string): Promise<void> {
  const whole = new Promise<void>((resolve, reject) => {
    stream.once(event, resolve).once('error', reject);
  });
  whole.catch(() => undefined);
  return whole;
}

interface Fed extends NodeJS.EventEmitter {
  readonly destroyed: boolean;
  write(chunk: Buffer): boolean;
}

/** Resolves when the stream takes more; also when it was destroyed, which its reader reports. */
export function feed(stream: Fed, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.once('drain', done).once('close', done).once('error', done);
  });
}
