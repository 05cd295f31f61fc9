import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createFromStream } from '../../disk/create-from-stream.ts';
import { dumpIncomplete } from '../../errors/backup-failures.ts';
import type { Bench } from './bench.ts';

/** A dump of a database on disk. */
export interface SavedDump {
  /** Absolute path. */
  readonly path: string;
  /** Of the packed file. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface DumpOptions {
  /** Absolute path of the file, which must not exist; its folder is made. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Packed bytes so far. */
  readonly onBytes: (bytes: number) => void;
}

/** What mariadb-dump and mysqldump write last. */
const END = '-- Dump completed';
const KEPT_END = 256;

/**
 * Dumps the database of a site into a file of mode 0600, and reads it to its end meanwhile: the file exists only if the dump is
 * complete.
 * @throws DeBuildError `dump-incomplete`, `bench-tool-failed`, `engine-*`; the error of the file system
 */
export async function saveDump(bench: Bench, site: string, options: DumpOptions): Promise<SavedDump> {
  const { path, signal, onBytes } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = new PassThrough();
  const unpacked = createGunzip();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let end = Buffer.alloc(0);
  unpacked.on('data', (chunk: Buffer) => {
    end = Buffer.concat([end, chunk.subarray(-KEPT_END)]).subarray(-KEPT_END);
  });
  const read = new Promise<void>((resolve, reject) => {
    unpacked.once('end', resolve).once('error', reject);
  });
  // It is awaited after the dump, which may fail first.
  read.catch(() => undefined);
  const written = createFromStream(dirname(path), file, () => path.slice(dirname(path).length + 1), 0o600);
  written.catch(() => undefined);
  try {
    await bench.dump(
      site,
      async (chunk) => {
        hash.update(chunk);
        sizeBytes += chunk.length;
        onBytes(sizeBytes);
        await Promise.all([feed(file, chunk), feed(unpacked, chunk)]);
      },
      signal,
    );
    unpacked.end();
    await read.catch((error: Error) => {
      throw dumpIncomplete(site, `It does not unpack: ${error.message}`);
    });
    if (!end.toString('latin1').includes(END)) throw dumpIncomplete(site, 'It has no end mark.');
  } catch (error) {
    file.destroy(error as Error);
    unpacked.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  file.end();
  const { outcome } = await written;
  if (outcome === 'exists') throw dumpIncomplete(site, `${path} exists already.`);
  return { path, sizeBytes, sha256: hash.digest('hex') };
}

/** Resolves when the stream takes more; also when it was destroyed, which its reader reports. */
function feed(
  stream: NodeJS.WritableStream & { readonly destroyed?: boolean },
  chunk: Buffer,
): Promise<void> {
  if (stream.destroyed === true || stream.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('drain', resolve).once('close', resolve).once('error', resolve);
  });
}
