import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createWhole, writeWhole } from './write-whole.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'de-build-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeWhole', () => {
  test('creates a file, and leaves nothing else behind', async () => {
    await writeWhole(join(folder, 'a'), 'one');
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('one');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('keeps the mode of the file it replaces, with any umask', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'one');
    chmodSync(path, 0o662);
    await writeWhole(path, new Uint8Array([50]));
    expect(readFileSync(path, 'utf8')).toBe('2');
    expect(statSync(path).mode & 0o7777).toBe(0o662);
  });

  test('sets the given mode', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'one');
    await writeWhole(path, 'two', { mode: 0o600 });
    expect(statSync(path).mode & 0o7777).toBe(0o600);
  });

  test('a target that cannot be replaced: the error of the file system, and no temporary file', async () => {
    mkdirSync(join(folder, 'a'));
    await expect(writeWhole(join(folder, 'a'), 'one')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('a missing folder', async () => {
    await expect(writeWhole(join(folder, 'no', 'a'), 'one')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('readers meet the old or the new content while writers race, never a part', async () => {
    const path = join(folder, 'a');
    const contents = ['x', 'y', 'z'].map((letter) => letter.repeat(200_000));
    await writeWhole(path, contents[0] ?? '');
    let isWriting = true;
    const writers = Promise.all(contents.map((content) => writeWhole(path, content))).finally(() => {
      isWriting = false;
    });
    while (isWriting) {
      expect(contents).toContain(readFileSync(path, 'utf8'));
      await new Promise(setImmediate);
    }
    await writers;
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('createWhole', () => {
  test('never overwrites', async () => {
    const path = join(folder, 'a');
    expect(await createWhole(path, 'one', { mode: 0o600 })).toBe('created');
    expect(await createWhole(path, 'two')).toBe('exists');
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('of twenty writers exactly one creates the file', async () => {
    const path = join(folder, 'a');
    const contents = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(50_000));
    const results = await Promise.all(contents.map((content) => createWhole(path, content)));
    const winners = contents.filter((_, index) => results[index] === 'created');
    expect(winners).toEqual([readFileSync(path, 'utf8')]);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('a missing folder', async () => {
    await expect(createWhole(join(folder, 'no', 'a'), 'one')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
