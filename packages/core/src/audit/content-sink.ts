/** Takes the bytes of one file as they come; the pieces belong to the chunks that were pushed, and are not copied. */
export interface ContentSink {
  data(piece: Buffer): void;
  end(): void;
}

/** Collects a content in memory. Of one that is larger than `limit` bytes nothing is kept, and `done` is not called. */
export function collectContent(
  done: (content: Buffer) => void,
  limit = Number.POSITIVE_INFINITY,
): ContentSink {
  let pieces: Buffer[] = [];
  let bytes = 0;
  return {
    data(piece) {
      bytes += piece.length;
      if (bytes <= limit) pieces.push(piece);
      else pieces = [];
    },
    end() {
      if (bytes <= limit) done(Buffer.concat(pieces));
    },
  };
}

/** A choice that needs more bytes than there are. */
export const UNDECIDED = Symbol('undecided');

/**
 * Passes a content to the sink that its first bytes select.
 * @param choose is called until it has decided; with `isWhole` there are no more bytes
 */
export function sniffContent(
  choose: (head: Buffer, isWhole: boolean) => ContentSink | undefined | typeof UNDECIDED,
): ContentSink {
  let head: Buffer = EMPTY;
  let sink: ContentSink | undefined | typeof UNDECIDED = UNDECIDED;
  const decide = (isWhole: boolean) => {
    sink = choose(head, isWhole);
    if (sink === UNDECIDED) return;
    sink?.data(head);
    head = EMPTY;
  };
  return {
    data(piece) {
      if (sink !== UNDECIDED) return sink?.data(piece);
      head = head.length === 0 ? piece : Buffer.concat([head, piece]);
      decide(false);
    },
    end() {
      if (sink === UNDECIDED) decide(true);
      if (sink !== UNDECIDED) sink?.end();
    },
  };
}

const EMPTY = Buffer.alloc(0);

/** Enough to recognize a tar by its header. */
export const TAR_HEADER_BYTES = 512;

/** A header with the magic of POSIX or GNU. */
export function isTar(head: Buffer): boolean {
  if (head.length < TAR_HEADER_BYTES) return false;
  const magic = head.toString('latin1', 257, 263);
  return magic === 'ustar\0' || magic === 'ustar ';
}

/** RFC 1952, packed by deflate, the only method there is. */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/** RFC 8878. */
export function isZstd(head: Buffer): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}
