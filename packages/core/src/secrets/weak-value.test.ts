import { expect, test } from '@jest/globals';
import { type Weakness, weaknessOf } from './weak-value.ts';

test.each<[Weakness | undefined, readonly string[]]>([
  ['common', ['', '1', '123', 'admin', 'Admin', 'admin123', 'password1!', 'frappe', 'passw0rd']],
  ['common', ['P@ssw0rd', 'Pa$$word1', '$3cret!', '1q2w3e4r', 'trustno1', 'Abc123']],
  [
    'plain',
    [
      '123456',
      '87654321',
      'aaaaaaaaaaaaaaaaaaaa',
      'correct',
      'horsebattery',
      'summer2026',
      '20261128',
      '192.168.1.10',
      '2026-11-28',
      'kalamata12',
    ],
  ],
  [
    undefined,
    [
      'hunter2hunter2',
      'x7Kp2mQ9',
      'correct horse battery',
      'pa$$w-0rd-x',
      '4b825dc642cb6eb9',
      'ghp_EXAMPLE',
      'averyveryverylongword',
    ],
  ],
])('%s: %j', (weakness, values) => {
  expect(values.filter((value) => weaknessOf(value) !== weakness)).toEqual([]);
});
