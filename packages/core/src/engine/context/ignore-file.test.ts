import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseIgnoreFile, readIgnoreFile } from './ignore-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ignore-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  ['test1\n/test2\n/a/file/here\n\nlastfile', ['test1', 'test2', 'a/file/here', 'lastfile']],
  ['# comment\n #not one', ['#not one']],
  ['! /inverted/abs/path\n!\n! ', ['!inverted/abs/path', '!', '!']],
  ['\u{feff}first\r\nsecond/\r\n', ['first', 'second']],
  ['a/./b//c/../d', ['a/b/d']],
  ['/', ['/']],
  ['\u{a0}x\u{2003}', ['x']],
])('%j', (text, patterns) => {
  expect(parseIgnoreFile(text, '.dockerignore')).toEqual(patterns);
});

test('a line too long for Docker is refused with its number', () => {
  expect(() => parseIgnoreFile(`a\n${'x'.repeat(70_000)}`, '.dockerignore')).toThrow(
    expect.objectContaining({ code: 'ignore-file-unreadable', why: expect.stringContaining('Line 2') }),
  );
});

test("the Containerfile's own ignore file takes precedence over the context's", async () => {
  const containerfile = join(folder, 'Containerfile');
  expect(await readIgnoreFile(folder, containerfile)).toEqual([]);
  await writeFile(join(folder, '.dockerignore'), 'general');
  expect(await readIgnoreFile(folder, containerfile)).toEqual(['general']);
  await writeFile(`${containerfile}.dockerignore`, '');
  expect(await readIgnoreFile(folder, containerfile)).toEqual([]);
});
