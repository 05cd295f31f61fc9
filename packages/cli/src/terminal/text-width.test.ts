import { expect, test } from '@jest/globals';
import stringWidth from 'fast-string-width';
import { layLine, paint, spansOf, wrapSpans } from './spans.ts';
import { createStyle } from './style.ts';
import { pad, textWidth, truncate, wrap } from './text-width.ts';

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['東京都', 5, '東京…'],
  ['東京都', 4, '東…'],
  ['a🚀b', 4, 'a🚀b'],
  ['a🚀bc', 3, 'a…'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%s in %i columns is %s', (text, columns, cut) => {
  expect(truncate(text, columns)).toBe(cut);
  expect(textWidth(truncate(text, columns))).toBeLessThanOrEqual(columns);
});

test('the marks that we use are one column wide', () => {
  for (const mark of '·×–’…→✓✗•─│━┌╿⠀⠋⣿') expect([mark, stringWidth(mark)]).toEqual([mark, 1]);
});

test('padding counts columns', () => {
  expect(pad('東京', 6)).toBe('東京  ');
  expect(pad('12', 4, 'left')).toBe('  12');
});

test('wrapping breaks at spaces, and keeps long words and line feeds', () => {
  expect(wrap('one two three\nfour https://example.com/long', 9)).toEqual([
    'one two',
    'three',
    'four',
    'https://example.com/long',
  ]);
});

test.each([
  [12, 'abcdef  1.2s'],
  [14, 'abcdef    1.2s'],
  [11, 'abcd…  1.2s'],
  [9, 'abcdef'],
  [3, 'ab…'],
])('a line in %i columns', (columns, line) => {
  expect(layLine(['abc', 'def'], { columns, right: '1.2s', style: createStyle(false) })).toBe(line);
});

test('wrapping keeps the tone of each piece', () => {
  const style = createStyle(true);
  const lines = wrapSpans(spansOf([{ text: 'one two', tone: 'strong' }, ' three']), 7);
  expect(lines.map((line) => paint(line, style))).toEqual([
    '\u001b[1mone\u001b[22m\u001b[1m two\u001b[22m',
    'three',
  ]);
});
