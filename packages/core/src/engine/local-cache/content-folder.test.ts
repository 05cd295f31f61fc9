import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ContentFolder, openContentFolder } from './content-folder.ts';

let folder: string;
let content: ContentFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-content-'));
  content = openContentFolder(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function write(text: string, digest = digestOf(text)): Promise<void> {
  const writer = await content.write();
  try {
    for (const letter of text) await writer.append(Buffer.from(letter));
    await writer.commit(digest);
  } finally {
    await writer.close();
  }
}

async function read(text: string, offset: number, size: number): Promise<string> {
  let found = '';
  for await (const piece of content.read(digestOf(text), { offset, size })) found += String(piece);
  return found;
}

test('content is read by its digest, whole or in part', async () => {
  await write('content');
  expect(await content.size(digestOf('content'))).toBe(7);
  expect(await read('content', 0, 0)).toBe('content');
  expect(await read('content', 2, 3)).toBe('nte');
  expect(await content.size(digestOf('other'))).toBeUndefined();
});

test('content with another digest, and what is not committed, leaves nothing', async () => {
  await expect(write('content', digestOf('other'))).rejects.toThrow(RangeError);
  const writer = await content.write();
  await writer.append(Buffer.from('x'));
  await writer.close();
  expect(await readdir(join(folder, 'ingest'))).toEqual([]);
  expect(await content.size(digestOf('other'))).toBeUndefined();
});

test('a digest is no path', async () => {
  await expect(async () => content.size('sha256:../../etc/passwd')).rejects.toThrow(RangeError);
});

test.each(['', '<html>', '[]', '{"manifests": 5}'])(
  'an index that is none, %j, names nothing, and is replaced',
  async (text) => {
    await writeFile(join(folder, 'index.json'), text);
    expect(await content.resolve('latest')).toBeUndefined();
    await content.tag('latest', { mediaType: 'm', digest: digestOf('1'), size: 1 });
    expect(await content.resolve('latest')).toBe(digestOf('1'));
  },
);

test('a tag names the newest manifest', async () => {
  expect(await content.resolve('latest')).toBeUndefined();
  const descriptor = (text: string) => ({ mediaType: 'm', digest: digestOf(text), size: 1 });
  await content.tag('latest', descriptor('1'));
  await content.tag('other', descriptor('2'));
  await content.tag('latest', descriptor('3'));
  expect(await content.resolve('latest')).toBe(digestOf('3'));
  expect(await content.resolve('other')).toBe(digestOf('2'));
});
