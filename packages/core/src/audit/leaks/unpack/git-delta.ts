/**
 * Applies a delta of a git pack (gitformat-pack, "Deltified representation") to its base object.
 * @returns `undefined` when it does not fit
 */
export function applyGitDelta(base: Buffer, delta: Buffer): Buffer | undefined {
  let at = 0;
  const readSize = (): number => {
    let size = 0;
    for (let scale = 1; at < delta.length; scale *= 128) {
      const byte = delta[at++] as number;
      size += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return size;
  };
  const baseSize = readSize();
  const size = readSize();
  if (baseSize !== base.length || size > LARGEST_RESULT) return undefined;
  const result = Buffer.allocUnsafe(size);
  let filled = 0;
  while (at < delta.length) {
    const command = delta[at++] as number;
    if (command === 0) return undefined;
    if (command < 0x80) {
      const end = at + command;
      if (end > delta.length || filled + command > size) return undefined;
      delta.copy(result, filled, at, end);
      filled += command;
      at = end;
      continue;
    }
    let offset = 0;
    let length = 0;
    for (let bit = 0; bit < 4; bit++) if (command & (1 << bit)) offset += (delta[at++] ?? 0) * 2 ** (8 * bit);
    for (let bit = 0; bit < 3; bit++)
      if (command & (0x10 << bit)) length += (delta[at++] ?? 0) * 2 ** (8 * bit);
    if (length === 0) length = 0x10000;
    if (offset + length > base.length || filled + length > size) return undefined;
    base.copy(result, filled, offset, offset + length);
    filled += length;
  }
  return filled === size ? result : undefined;
}

/** Results are held in memory. */
export const LARGEST_RESULT = 8 * 1024 * 1024;
