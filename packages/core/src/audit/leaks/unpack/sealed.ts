/** Kinds of packed files that are recognized and not unpacked, by their first bytes as latin1. */
const SEALED: readonly (readonly [kind: string, ...magics: readonly string[]])[] = [
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['lzip', 'LZIP\x01'],
  ['lzop', '\x89LZO\0\r\n\x1a\n'],
  ['rar', 'Rar!\x1a\x07'],
  // Block mode, and codes of 12 to 16 bits: two bytes alone are in random files.
  ['compress', ...[0x8c, 0x8d, 0x8e, 0x8f, 0x90].map((flags) => `\x1f\x9d${String.fromCharCode(flags)}`)],
  ['snappy', '\xff\x06\0\0sNaPpY'],
  ['cab', 'MSCF\0\0\0\0'],
  ['rpm', '\xed\xab\xee\xdb'],
  ['cpio', '070701', '070702', '070707'],
  ['squashfs', 'hsqs'],
];

const MAGICS = SEALED.flatMap(([kind, ...magics]) =>
  magics.map((magic) => ({ kind, bytes: Buffer.from(magic, 'latin1') })),
);

/** What a file is packed by that is not unpacked; `undefined` for all other files. */
export function sealedKindOf(head: Buffer): string | undefined {
  const magic = MAGICS.find(
    ({ bytes }) => bytes[0] === head[0] && bytes.equals(head.subarray(0, bytes.length)),
  );
  return magic?.kind ?? (isLzma(head) ? 'lzma' : undefined);
}

/** The usual properties, a dictionary of at least 4 KiB, and a size that is unknown or below 2^40. */
function isLzma(head: Buffer): boolean {
  if (head.length < 13 || head[0] !== 0x5d || head[1] !== 0 || (head.readUInt32LE(1) & 0xfff) !== 0)
    return false;
  const size = head.readBigUInt64LE(5);
  return size === UNKNOWN_SIZE || size < 1n << 40n;
}

const UNKNOWN_SIZE = (1n << 64n) - 1n;

/** Why it is unread. */
export function sealedBy(kind: string): string {
  return `It is packed by ${kind}, which is not unpacked.`;
}
