import { type ContentSink, collectContent } from './content-sink.ts';
import { EXTENSIONS, readTarHeader, type TarEntry, type TarExtension } from './tar-header.ts';
import { TarError } from './tar-text.ts';

/** Offsets of an entry in its archive. */
export interface EntryPlace {
  /** Of its header, or of the extension header before that. */
  readonly at: number;
  readonly contentAt: number;
}

export interface TarReader {
  /** @throws TarError when it is not a tar */
  push(chunk: Buffer): void;
  /** @throws TarError when an entry was cut off */
  finish(): void;
}

const BLOCK = 512;
/** Long names and pax records of real archives take a few kilobytes. */
const EXTENSION_LIMIT = 4 * 1024 * 1024;

/**
 * Reads a tar (POSIX ustar and pax, GNU long names and base-256 numbers) as it comes. It is synchronous: for the hundreds
 * of thousands of small files of an image, a stream for each of them would take several times as long.
 * @param visit is called for each entry, and returns what takes its content
 * @param options.readsOn also archives behind the end of the first are read, as `tar --ignore-zeros` does
 */
export function createTarReader(
  visit: (entry: TarEntry, place: EntryPlace) => ContentSink | undefined,
  options: { readonly readsOn?: boolean } = {},
): TarReader {
  const isOver = () => zeroBlocks >= 2 && options.readsOn !== true;
  const header = Buffer.alloc(BLOCK);
  let headerFilled = 0;
  let contentLeft = 0;
  let paddingLeft = 0;
  let zeroBlocks = 0;
  let content: ContentSink | undefined;
  let extension: TarExtension = {};
  /** Bytes of the chunks before this one. */
  let before = 0;
  let entryAt: number | undefined;

  const startEntry = (block: Buffer, blockAt: number): void => {
    const raw = readTarHeader(block);
    if (raw === undefined) {
      zeroBlocks += 1;
      return;
    }
    zeroBlocks = 0;
    entryAt ??= blockAt;
    const readExtension = EXTENSIONS[raw.type];
    const size = readExtension === undefined ? (extension.size ?? raw.size) : raw.size;
    contentLeft = raw.hasContent ? size : 0;
    paddingLeft = (BLOCK - (contentLeft % BLOCK)) % BLOCK;
    if (readExtension === undefined) {
      const place = { at: entryAt, contentAt: blockAt + BLOCK };
      content = visit({ ...raw.entry, ...extension, size: contentLeft }, place);
      extension = {};
      entryAt = undefined;
    } else {
      if (size > EXTENSION_LIMIT) throw new TarError('A name in it is unreasonably long.');
      content = collectContent((bytes) => {
        extension = { ...extension, ...readExtension(bytes) };
      });
    }
    if (contentLeft === 0) endContent();
  };

  const endContent = (): void => {
    content?.end();
    content = undefined;
  };

  const takeHeader = (chunk: Buffer, at: number): number => {
    const wanted = BLOCK - headerFilled;
    if (headerFilled === 0 && chunk.length - at >= BLOCK) {
      startEntry(chunk.subarray(at, at + BLOCK), before + at);
      return at + BLOCK;
    }
    const taken = Math.min(wanted, chunk.length - at);
    chunk.copy(header, headerFilled, at, at + taken);
    headerFilled += taken;
    if (headerFilled === BLOCK) {
      headerFilled = 0;
      startEntry(header, before + at + taken - BLOCK);
    }
    return at + taken;
  };

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length && !isOver()) {
        if (contentLeft > 0) {
          const taken = Math.min(contentLeft, chunk.length - at);
          content?.data(chunk.subarray(at, at + taken));
          contentLeft -= taken;
          at += taken;
          if (contentLeft === 0) endContent();
        } else if (paddingLeft > 0) {
          const taken = Math.min(paddingLeft, chunk.length - at);
          paddingLeft -= taken;
          at += taken;
        } else at = takeHeader(chunk, at);
      }
      before += chunk.length;
    },
    finish() {
      const isInHeader = headerFilled > 0 && zeroBlocks < 2;
      if (contentLeft > 0 || isInHeader) throw new TarError('It ends in the middle of a file.');
    },
  };
}
