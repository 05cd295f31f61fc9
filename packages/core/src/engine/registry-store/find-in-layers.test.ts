import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { findInLayers } from './find-in-layers.ts';

type Entries = Readonly<Record<string, string>>;

async function layerOf(entries: Entries): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(entries)) {
    if (text.startsWith('-> ')) tar.entry({ name, type: 'symlink', linkname: text.slice(3) });
    else tar.entry({ name }, text);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function find(path: string, ...layers: readonly Entries[]): Promise<string | undefined> {
  const blobs = await Promise.all(layers.map(layerOf));
  const client = {
    blob: async (digest: string) => {
      const blob = blobs[Number(digest)] as Buffer;
      return Readable.from([Number(digest) % 2 === 0 ? gzipSync(blob) : blob]);
    },
  };
  const found = await findInLayers(
    blobs.map((_, index) => ({ digest: String(index) })),
    path,
    client,
  );
  return found?.toString();
}

test('the highest layer that has the file counts, packed or not', async () => {
  expect(await find('/a/b', { 'a/b': 'low' }, { './a/b': 'high' })).toBe('high');
  expect(await find('/a/b', { 'a/b': 'low' }, { 'a/c': 'other' })).toBe('low');
  expect(await find('/a/b', { 'a/c': 'other' })).toBeUndefined();
});

test('what a layer removes is not there', async () => {
  expect(await find('/a/b', { 'a/b': 'low' }, { 'a/.wh.b': '' })).toBeUndefined();
  expect(await find('/a/b', { 'a/b': 'low' }, { '.wh.a': '' })).toBeUndefined();
  expect(await find('/a/b', { 'a/b': 'low' }, { 'a/.wh..wh..opq': '' })).toBeUndefined();
  expect(await find('/a/b', { 'a/b': 'low' }, { 'a/.wh..wh..opq': '', 'a/b': 'new' })).toBe('new');
  expect(await find('/ab', { ab: 'low' }, { '.wh.a': '' })).toBe('low');
});

test('a symbolic link is followed, and not for ever', async () => {
  expect(await find('/a/b', { 'c/d': 'there' }, { 'a/b': '-> ../c/d' })).toBe('there');
  expect(await find('/a/b', { 'a/b': '-> b' })).toBeUndefined();
});
