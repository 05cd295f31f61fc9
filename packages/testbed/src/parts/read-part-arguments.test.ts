import { expect, test } from '@jest/globals';
import { readPartArguments } from './read-part-arguments.ts';

const NAMES = ['start-up', 'check', 'list'] as const;

test.each([
  [[], { isQuick: false, isJson: false, parts: NAMES }],
  [['--quick', '--json'], { isQuick: true, isJson: true, parts: NAMES }],
  [['--only', 'list', '--only=check'], { isQuick: false, isJson: false, parts: ['list', 'check'] }],
])('%j', (args, expected) => {
  expect(readPartArguments('bench', NAMES, args)).toEqual(expected);
});

test.each([
  [['--only', 'speed'], 'start-up, check, list'],
  [['--only'], 'not nothing'],
  [['--fast'], 'bench knows --quick, --json and --only PART, not --fast'],
])('%j is refused', (args, said) => {
  expect(readPartArguments('bench', NAMES, args)).toContain(said);
});
