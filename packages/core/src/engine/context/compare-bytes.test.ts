import { expect, test } from '@jest/globals';
import { compareBytes } from './compare-bytes.ts';

const STRINGS = [
  '',
  'a',
  'a/b',
  'a-b',
  'ab',
  'Z',
  'é',
  'e\u0301',
  '\ud7ff',
  '\ue000',
  '\uffee',
  '🚀',
  '🚁',
  '🚀a',
  'a🚀',
  'a\uffee',
];

test('the order is that of the bytes of UTF-8', () => {
  for (const a of STRINGS) {
    for (const b of STRINGS) {
      const expected = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect([a, b, Math.sign(compareBytes(a, b))]).toEqual([a, b, expected]);
    }
  }
});
