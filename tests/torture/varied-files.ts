import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';

const KILO = 1024;
const SOURCES_BYTES = 32 * KILO * KILO;
/** A large file, packed; one in each so many bytes. */
const PACKED_EVERY = 128 * KILO * KILO;

/** The same sizes and the same order each time. */
function createDice(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A tar of about so many bytes, as varied as an image's layer: pieces of a program, of sources and of noise, mostly small;
 * every thirtieth packed, and some large packed ones.
 * @returns gives the same tar each time
 */
export async function createVariedTar(bytes: number, signal: AbortSignal): Promise<() => Readable> {
  const corpus = [await readFile(process.execPath), await readSources(), randomBytes(16 * KILO * KILO)];
  return () => {
    const tar = pack();
    void fill(tar, corpus, bytes, signal).catch((error: Error) => tar.destroy(error));
    return Readable.from(tar);
  };
}

async function fill(tar: Pack, corpus: readonly Buffer[], bytes: number, signal: AbortSignal): Promise<void> {
  const roll = createDice();
  let nextPacked = PACKED_EVERY / 4;
  for (let written = 0, index = 0; written < bytes; index++) {
    signal.throwIfAborted();
    const source = corpus[roll() < 0.3 ? 0 : roll() < 0.9 ? 1 : 2] as Buffer;
    const isLarge = written > nextPacked;
    if (isLarge) nextPacked += PACKED_EVERY;
    const size = isLarge ? 8 * KILO * KILO : Math.floor(200 * 2 ** (roll() * 10));
    const from = Math.floor(roll() * Math.max(1, source.length - size));
    const plain = source.subarray(from, from + size);
    const isPacked = isLarge || index % 30 === 0;
    const content = isPacked ? gzipSync(plain, { level: 1 }) : plain;
    const name = `opt/folder-${index % 500}/file-${index}${isPacked ? '.gz' : ''}`;
    await new Promise<void>((resolve, reject) =>
      tar.entry({ name, mtime: new Date(0) }, content, (error) => (error ? reject(error) : resolve())),
    );
    written += content.length;
  }
  tar.finalize();
}

/** JavaScript as it lies in an image with node_modules. */
async function readSources(): Promise<Buffer> {
  const folder = join(process.cwd(), 'node_modules');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js')).sort();
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (const name of names) {
    if (bytes > SOURCES_BYTES) break;
    const piece = await readFile(join(folder, name)).catch(() => Buffer.alloc(0));
    pieces.push(piece);
    bytes += piece.length;
  }
  return Buffer.concat(pieces);
}
