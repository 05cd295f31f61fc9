import { expect, test } from '@jest/globals';
import { createVisibleStream, makeVisible } from './visible-text.ts';

const cases: [string, string, string][] = [
  ['tabs, line feeds, CR LF', 'a\tb\nc\r\nd', 'a\tb\nc\nd'],
  ['overprinting', 'password: \rall is well', 'password: \nall is well'],
  ['colours', '\x1b[1;31mred\x1b[0m \x1b[38:5:1mx\x1b[K \x9b31my', 'red x y'],
  ['cursor movement', 'a\x1b[2J\x1b[1;1Hb', 'a\\x1b[2J\\x1b[1;1Hb'],
  ['the clipboard (OSC 52)', '\x1b]52;c;cm0gLXJm\x07', '\\x1b]52;c;cm0gLXJm\\x07'],
  ['the title', '\x1b]0;title\x1b\\', '\\x1b]0;title\\x1b\\'],
  ['backspace, bell, NUL, DEL', 'a\x08\x07\x00\x7f', 'a\\x08\\x07\\x00\\x7f'],
  ['C1 controls', '\x85\x90\x9d', '\\x85\\x90\\x9d'],
  ['bidirectional controls', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ['characters without width', 'a\u200b\u200d\u2060\ufeff\xadb\u{e0041}c', 'abc'],
  ['half a surrogate pair', 'a\ud83d b', 'a\ufffd b'],
  ['ordinary Unicode', 'Größe 東京 🚀 e\u0301', 'Größe 東京 🚀 e\u0301'],
];

test.each(cases)('%s', (_, text, visible) => {
  expect(makeVisible(text)).toBe(visible);
  expect(makeVisible(visible)).toBe(visible);
});

test.each(cases)('%s, in two pieces cut anywhere', (_, text, visible) => {
  for (let cut = 0; cut <= text.length; cut++) {
    const stream = createVisibleStream();
    expect(stream.write(text.slice(0, cut)) + stream.write(text.slice(cut)) + stream.end()).toBe(visible);
  }
});

test('no control character survives', () => {
  let all = '';
  for (let code = 0; code < 0x2100; code++) all += String.fromCharCode(code);
  // Of the format characters (Cf) below U+2100, those of Arabic and Syriac belong to visible letters.
  const left = makeVisible(all).match(/(?![\t\n\u0600-\u08ff])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu) ?? [];
  expect(left.map((sign) => sign.charCodeAt(0).toString(16))).toEqual([]);
});
