import { expect, test } from '@jest/globals';
import { PART_NAMES } from './figure.ts';
import { readBenchArguments } from './read-bench-arguments.ts';

test.each([
  [[], { isQuick: false, isJson: false, parts: PART_NAMES }],
  [['--quick', '--json'], { isQuick: true, isJson: true, parts: PART_NAMES }],
  [['--only', 'list', '--only=check'], { isQuick: false, isJson: false, parts: ['list', 'check'] }],
])('%j', (args, expected) => {
  expect(readBenchArguments(args)).toEqual(expected);
});

test.each([
  [['--only', 'speed'], 'start-up, cached-build'],
  [['--only'], 'not nothing'],
  [['--fast'], 'not --fast'],
])('%j is refused', (args, said) => {
  expect(readBenchArguments(args)).toContain(said);
});
