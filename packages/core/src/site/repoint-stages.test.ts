import { expect, test } from '@jest/globals';
import { repointStages } from './repoint-stages.ts';

test.each<[string, string, Record<number, string>, string]>([
  ['one', 'FROM a:1\nRUN x\n', { 1: 'b:2' }, 'FROM b:2\nRUN x\n'],
  ['its name and flags stay', 'from --platform=$P a:1 as c', { 1: 'b:2' }, 'FROM --platform=$P b:2 as c'],
  ['an ARG in it goes', 'ARG B=a:1\nFROM ${B} AS base\n', { 2: 'b:2' }, 'ARG B=a:1\nFROM b:2 AS base\n'],
  ['lines stay where they are', 'FROM \\\n  a:1 \\\n  AS c\nRUN x', { 1: 'b:2' }, 'FROM b:2 AS c\n\n\nRUN x'],
  ['of several only the named', 'FROM a\nFROM a AS b\nFROM b', { 2: 'x' }, 'FROM a\nFROM x AS b\nFROM b'],
  [
    'a heredoc that looks like one stays',
    'FROM a\nRUN <<E\nFROM a\nE\n',
    { 3: 'x' },
    'FROM a\nRUN <<E\nFROM a\nE\n',
  ],
  ['a byte order mark stays', '\uFEFFFROM a\n', { 1: 'x' }, '\uFEFFFROM x\n'],
])('%s', (_what, text, images, expected) => {
  const byLine = new Map(Object.entries(images).map(([line, image]) => [Number(line), image]));
  expect(repointStages({ text }, byLine)).toBe(expected);
});
