import { expect, test } from '@jest/globals';
import { sourceEntries } from './source-entries.ts';

test('folders come before what is in them, and siblings by their bytes', () => {
  const paths = ['a.git/refs/.keep', 'a.git/HEAD', 'a/b', 'a-b/c', 'gitconfig'];
  const entries = sourceEntries(paths.map((path) => ({ path, content: path })));
  expect(entries.map(({ path }) => path)).toEqual([
    'a',
    'a/b',
    'a-b',
    'a-b/c',
    'a.git',
    'a.git/HEAD',
    'a.git/refs',
    'a.git/refs/.keep',
    'gitconfig',
  ]);
  const modes = new Set(entries.map(({ kind, mode }) => `${kind} ${(mode & 0o777).toString(8)}`));
  expect(modes).toEqual(new Set(['directory 555', 'file 444']));
});

test('a file of another content of the same size has another time, and the same one the same', () => {
  const timeOf = (content: string) => sourceEntries([{ path: 'a', content }])[0]?.mtimeNs;
  expect(timeOf('one')).not.toBe(timeOf('two'));
  expect(timeOf('one')).toBe(timeOf('one'));
});
