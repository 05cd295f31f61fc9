import { expect, test } from '@jest/globals';
import { compareTrees, type FileDifferences } from './compare-trees.ts';
import { readImageFiles } from './image-files.ts';
import { savedImage, type TarFile } from './saved-image.fixture.ts';

async function compare(before: readonly TarFile[], after: readonly TarFile[]): Promise<FileDifferences> {
  const read = async (files: readonly TarFile[]) =>
    readImageFiles('x', { saved: await savedImage([files]), apps: [], benchFolder: '/bench' });
  return compareTrees(await read(before), await read(after));
}

const SAME = { added: [], removed: [], changed: [], timesOnly: [] };

test.each<[string, readonly TarFile[], readonly TarFile[], Partial<FileDifferences>]>([
  ['nothing', [['a', '1']], [['a', '1']], {}],
  [
    'another order',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    [
      ['b', '2'],
      ['a', '1'],
    ],
    {},
  ],
  [
    'a file more',
    [['a', '1']],
    [
      ['a', '1'],
      ['b', '2'],
    ],
    { added: ['/b'] },
  ],
  [
    'a file less',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    [['a', '1']],
    { removed: ['/b'] },
  ],
  ['its content', [['a', '1']], [['a', '2']], { changed: [{ path: '/a', in: ['content'] }] }],
  [
    'its mode and owner',
    [['a', '1']],
    [['a', '1', { mode: 0o755, uid: 7 }]],
    { changed: [{ path: '/a', in: ['mode', 'owner'] }] },
  ],
  [
    'where a link leads',
    [['a', '', { type: 'symlink', linkname: 'x' }]],
    [['a', '', { type: 'symlink', linkname: 'y' }]],
    { changed: [{ path: '/a', in: ['link'] }] },
  ],
  ['the content of a log', [['var/log/a', '1']], [['var/log/a', '22']], { timesOnly: ['/var/log/a'] }],
  [
    'the mode of a log',
    [['var/log/a', '1']],
    [['var/log/a', '2', { mode: 0o600 }]],
    { changed: [{ path: '/var/log/a', in: ['mode'] }] },
  ],
])('%s', async (_what, before, after, differences) => {
  expect(await compare(before, after)).toEqual({ ...SAME, ...differences });
});
