/**
 * The part of Protocol Buffers that a build session needs. Field numbers and types are those of the .proto files of
 * moby/buildkit and tonistiigi/fsutil, named where they are used.
 */

/** A field's value: a number for varints and fixed sizes, the bytes for everything else. */
export type FieldVisitor = (field: number, value: number | Buffer) => void;

/**
 * Calls `visit` for each field of a message, in their order on the wire.
 * Varints beyond 2^53 lose their lowest bits; negative ones come as negative numbers.
 * @throws RangeError when the message is cut off or not one
 */
export function readMessage(bytes: Buffer, visit: FieldVisitor): void {
  let at = 0;
  const readVarint = (): number => {
    const start = at;
    let value = 0;
    let scale = 1;
    for (let count = 1; count <= 10; count++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('A protobuf message is cut off');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return count === 10 ? signedVarint(bytes.subarray(start, at)) : value;
      scale *= 128;
    }
    throw new RangeError('A protobuf number does not end');
  };
  const take = (length: number): Buffer => {
    at += length;
    if (at > bytes.length) throw new RangeError('A protobuf message is cut off');
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        visit(field, readVarint());
        break;
      case 1:
        visit(field, Number(take(8).readBigUInt64LE()));
        break;
      case 2:
        visit(field, take(readVarint()));
        break;
      case 5:
        visit(field, take(4).readUInt32LE());
        break;
      default:
        throw new RangeError('A protobuf message holds an unknown kind of field');
    }
  }
}

/** A message's fields by number; of a repeated one, the last. @throws RangeError as `readMessage` */
export function readFields(bytes: Buffer) {
  const found = new Map<number, number | Buffer>();
  readMessage(bytes, (field, value) => found.set(field, value));
  const number = (field: number) => Number(found.get(field) ?? 0);
  const bytesOf = (field: number) => {
    const value = found.get(field);
    return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
  };
  return {
    number,
    bytes: bytesOf,
    text: (field: number) => bytesOf(field).toString('utf8'),
    time: (field: number) => (found.has(field) ? readTime(bytesOf(field)) : undefined),
  };
}

/** A `google.protobuf.Timestamp`: seconds and nanoseconds. */
function readTime(bytes: Buffer): number {
  let milliseconds = 0;
  readMessage(bytes, (field, value) => {
    if (typeof value === 'number') milliseconds += field === 1 ? value * 1000 : value / 1_000_000;
  });
  return Math.round(milliseconds);
}

/** Only a negative number takes ten bytes. */
function signedVarint(bytes: Buffer): number {
  const bits = bytes.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 0x7f), 0n);
  return Number(BigInt.asIntN(64, bits));
}

/** A number from 0 to 2^53, or any that is a bigint. */
export function numberField(field: number, value: number | bigint): Buffer {
  const bytes = Buffer.allocUnsafe(20);
  const at = putVarint(bytes, 0, field * 8);
  const end = typeof value === 'bigint' ? putBigVarint(bytes, at, value) : putVarint(bytes, at, value);
  return bytes.subarray(0, end);
}

/** A message of one field that holds bytes. */
export function bytesField(field: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const head = Buffer.allocUnsafe(16);
  let at = putVarint(head, 0, field * 8 + 2);
  at = putVarint(head, at, bytes.length);
  return Buffer.concat([head.subarray(0, at), bytes]);
}

/** Writes a number from 0 to 2^53 and returns the position after it. */
export function putVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest > 0x7fffffff) {
    target[end++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest > 0x7f) {
    target[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[end++] = rest;
  return end;
}

const words = new Uint32Array(2);
const whole = new BigInt64Array(words.buffer);

/** Writes any signed 64-bit number, in two halves because arithmetic on bigints is slow. */
export function putBigVarint(target: Buffer, at: number, value: bigint): number {
  whole[0] = value;
  // Little-endian, as every machine that Node runs on.
  let low = words[0] as number;
  let high = words[1] as number;
  let end = at;
  while (high !== 0 || low > 0x7f) {
    target[end++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  target[end++] = low;
  return end;
}

/** Writes a field of text and returns the position after it; `target` must have room. */
export function putText(target: Buffer, at: number, options: { field: number; text: string }): number {
  const { field, text } = options;
  const isShort = text.length < 42;
  // Up to 127 bytes of UTF-8 the length takes one byte, so it can be filled in afterwards.
  if (isShort) {
    target[at] = field * 8 + 2;
    const length = target.write(text, at + 2);
    target[at + 1] = length;
    return at + 2 + length;
  }
  const length = Buffer.byteLength(text);
  const start = putVarint(target, putVarint(target, at, field * 8 + 2), length);
  return start + target.write(text, start);
}
