/** What is beyond one of these is unread. */
export const LIMITS = {
  /** No real file unpacks to more. */
  unpackedBytes: 16 * 1024 ** 3,
  /** Packed files in packed files are followed this deep. */
  depth: 8,
  /** The same with the files of tar and ar, which are not unpacked. */
  inside: 32,
  /** Of zstd, held in memory; its own default levels make none larger than 8 MiB. */
  zstdWindow: 32 * 1024 * 1024,
} as const;

/** A small file is unpacked in one call, which is much faster than a stream for each of thousands. */
export const SMALL_UNPACKED_BYTES = 4 * 1024 * 1024;

/** Counts unpacked bytes. @returns how many there are @throws RangeError when there are too many */
export function createUnpackedCounter(): (piece: Uint8Array) => number {
  let bytes = 0;
  return (piece) => {
    bytes += piece.length;
    if (bytes > LIMITS.unpackedBytes) throw new RangeError('It unpacks to more than the search follows.');
    return bytes;
  };
}

/** Behind a part that was unpacked. */
export const FOLLOWED = 'What follows its first part is not known.';

/** Why something was not unpacked, as a sentence. */
export function reasonOf(error: unknown): string {
  const { message = 'It cannot be unpacked' } = error as { message?: string };
  return message.endsWith('.') ? message : `${message}.`;
}
