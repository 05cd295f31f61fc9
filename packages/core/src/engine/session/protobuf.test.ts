import { expect, test } from '@jest/globals';
import { bytesField, putBigVarint, putText, putVarint, readMessage } from './protobuf.ts';

function read(bytes: Buffer): (readonly [number, number | string])[] {
  const fields: [number, number | string][] = [];
  readMessage(bytes, (field, value) =>
    fields.push([field, typeof value === 'number' ? value : value.toString()]),
  );
  return fields;
}

test.each([0, 1, 127, 128, 300, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER])(
  'a number comes back: %d',
  (value) => {
    const bytes = Buffer.alloc(16);
    bytes[0] = 0x08;
    expect(read(bytes.subarray(0, putVarint(bytes, 1, value)))).toEqual([[1, value]]);
    const end = putBigVarint(bytes, 1, BigInt(value));
    expect(read(bytes.subarray(0, end))).toEqual([[1, value]]);
  },
);

test.each([-1n, -14_000_000_000n, -(2n ** 63n), 1_795_246_394_925_123_456n])(
  'a 64-bit number: %d',
  (value) => {
    const bytes = Buffer.alloc(16);
    bytes[0] = 0x08;
    const end = putBigVarint(bytes, 1, value);
    expect(end).toBe(value < 0n ? 11 : 10);
    expect(read(bytes.subarray(0, end))).toEqual([[1, Number(value)]]);
  },
);

test.each(['', 'a', 'x'.repeat(41), 'ä😀'.repeat(13), 'ä'.repeat(42), '😀'.repeat(100), 'x'.repeat(5000)])(
  'text comes back: %#',
  (text) => {
    const bytes = Buffer.alloc(20_000);
    const end = putText(bytes, 0, { field: 7, text });
    expect(read(bytes.subarray(0, end))).toEqual([[7, text]]);
    expect(read(bytesField(7, text))).toEqual([[7, text]]);
  },
);

test('fields of every size are passed over', () => {
  const bytes = Buffer.from('0d01000000' + '110200000000000000' + '1a0161', 'hex');
  expect(read(bytes)).toEqual([
    [1, 1],
    [2, 2],
    [3, 'a'],
  ]);
});

test.each(['08', '0880', '1a05616263', '0b', '08ffffffffffffffffffff01'])('%s is refused', (hex) => {
  expect(() => read(Buffer.from(hex, 'hex'))).toThrow(RangeError);
});
