import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createFromStream } from './create-from-stream.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-stream-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pieces = () => Readable.from([Buffer.from('first '), Buffer.alloc(100_000, 'x'), Buffer.from(' last')]);

test('has every byte, under a name that is chosen last', async () => {
  const source = pieces();
  const made = await createFromStream(folder, source, () => (source.readableEnded ? 'name' : 'too early'));
  expect(made).toEqual({ path: join(folder, 'name'), outcome: 'created' });
  expect(await readFile(made.path, 'utf8')).toBe(`first ${'x'.repeat(100_000)} last`);
  expect(await readdir(folder)).toEqual(['name']);
});

test('does not change an existing file', async () => {
  await writeFile(join(folder, 'name'), 'old');
  expect((await createFromStream(folder, pieces(), () => 'name')).outcome).toBe('exists');
  expect(await readFile(join(folder, 'name'), 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['name']);
});

test('leaves nothing of a stream that fails', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('half');
      throw new Error('broken off');
    })(),
  );
  await expect(createFromStream(folder, broken, () => 'name')).rejects.toThrow('broken off');
  expect(await readdir(folder)).toEqual([]);
});

test('reads nothing of a stream that cannot be written', async () => {
  const source = pieces();
  await expect(createFromStream(join(folder, 'none'), source, () => 'name')).rejects.toMatchObject({
    code: 'ENOENT',
  });
  expect(source.destroyed).toBe(true);
});
