import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { createFromStream } from '../../disk/create-from-stream.ts';
import { feed, type StreamReader } from './stream-readers.ts';

/** A file of a backup on disk. */
export interface SavedFile {
  /** Absolute path. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface SaveOptions {
  /** Absolute path of the file, which must not exist; its folder is made. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Bytes so far. */
  readonly onBytes: (bytes: number) => void;
}

export interface StreamToSave<Found> extends SaveOptions {
  /** Gives the content in pieces, and waits for each. */
  readonly source: (onOutput: (chunk: Buffer) => Promise<void>) => Promise<void>;
  readonly reader: StreamReader<Found>;
  /** @param why a sentence */
  readonly incomplete: (why: string) => Error;
}

/**
 * Writes a stream into a file of mode 0600, and reads it to its end meanwhile: the file exists only if the content is complete.
 * @throws what `incomplete` makes; what `source` throws; the error of the file system
 */
export async function saveStream<Found>(options: StreamToSave<Found>): Promise<SavedFile & Found> {
  const { path, onBytes, source, reader, incomplete } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = new PassThrough({ highWaterMark: 1024 * 1024 });
  // It may be destroyed before anything reads it.
  file.on('error', () => undefined);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const written = createFromStream(dirname(path), file, () => basename(path), 0o600);
  // It is awaited after the source, which may fail first.
  written.catch(() => undefined);
  let found: Found;
  try {
    await source(async (chunk) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
      onBytes(sizeBytes);
      await Promise.all([feed(file, chunk), reader.write(chunk)]);
    });
    found = await reader.end().catch((error: Error) => {
      throw incomplete(error.message);
    });
  } catch (error) {
    file.destroy(error as Error);
    reader.destroy();
    await written.catch(() => undefined);
    throw error;
  }
  file.end();
  const { outcome } = await written;
  if (outcome === 'exists') throw incomplete(`${path} exists already.`);
  return { path, sizeBytes, sha256: hash.digest('hex'), ...found };
}
