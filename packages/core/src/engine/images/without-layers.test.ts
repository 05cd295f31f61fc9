import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { extract, pack } from 'tar-stream';
import { sharedLayers, withoutLayers } from './without-layers.ts';

const digestOf = (content: string) => createHash('sha256').update(content).digest('hex');

async function namesIn(tar: Readable): Promise<readonly string[]> {
  const files = extract();
  const names: string[] = [];
  files.on('entry', ({ name }, content, next) => {
    names.push(name);
    content.on('end', next);
    content.resume();
  });
  Readable.from([await buffer(tar)]).pipe(files);
  await new Promise<void>((resolve) => files.on('finish', () => resolve()));
  return names;
}

function saved(...contents: readonly string[]): Readable {
  const tar = pack();
  tar.entry({ name: 'blobs/', type: 'directory' });
  for (const content of contents) tar.entry({ name: `blobs/sha256/${digestOf(content)}` }, content);
  tar.entry({ name: 'manifest.json' }, '[]');
  tar.finalize();
  return Readable.from(tar);
}

test('known layers are left out, and the rest is as it was', async () => {
  const present = new Set([`sha256:${digestOf('base')}`]);
  expect(await namesIn(withoutLayers(saved('base', 'app'), present))).toEqual([
    'blobs/',
    `blobs/sha256/${digestOf('app')}`,
    'manifest.json',
  ]);
});

test('a stream that breaks off breaks the result', async () => {
  const broken = new Readable({ read() {} });
  const result = buffer(withoutLayers(broken, new Set(['sha256:1'])));
  broken.destroy(new Error('lost'));
  await expect(result).rejects.toThrow('lost');
});

test.each([
  [[['a', 'b', 'x']], ['a', 'b']],
  [[['x', 'b', 'c'], ['a']], ['a']],
  [[['a', 'b', 'c', 'd']], ['a', 'b', 'c']],
  [[], []],
])('layers are shared from the first on: %j', (others, shared) => {
  expect([...sharedLayers(['a', 'b', 'c'], others)]).toEqual(shared);
});
