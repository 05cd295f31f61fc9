import { expect, test } from '@jest/globals';
import { parseLine } from './parse-line.ts';

test.each(['--json', '-q', '--quiet', '--verbose', '--color=never', '--site=.'])(
  '%s may stand before the command',
  async (option) => {
    expect(await parseLine([option, 'list'], 80)).toMatchObject({ kind: 'run', command: { name: 'list' } });
  },
);
