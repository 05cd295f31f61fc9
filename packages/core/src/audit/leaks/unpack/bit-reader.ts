/** Reads numbers of up to 24 bits, the highest bit of a byte first. */
export interface BitReader {
  read(bits: number): number;
  /** In bits. */
  position(): number;
}

/** @param from in bits */
export function createBitReader(bytes: Buffer, from: number): BitReader {
  let at = from >> 3;
  let held = 0;
  let left = 0;
  const reader: BitReader = {
    read(bits) {
      while (left < bits) {
        if (at >= bytes.length) throw new RangeError('It breaks off.');
        held = (held << 8) | (bytes[at++] as number);
        left += 8;
      }
      left -= bits;
      return (held >>> left) & ((1 << bits) - 1);
    },
    position: () => at * 8 - left,
  };
  reader.read(from & 7);
  return reader;
}
