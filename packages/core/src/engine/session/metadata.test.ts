import { expect, test } from '@jest/globals';
import { readMetadata } from './metadata.ts';

test('values stay apart, commas and all, in their order', () => {
  const metadata = readMetadata(['exclude-patterns', 'a,b', 'dir-name', 'context', 'exclude-patterns', '!c']);
  expect(metadata.get('exclude-patterns')).toEqual(['a,b', '!c']);
  expect(metadata.get('dir-name')).toEqual(['context']);
});

test('raw UTF-8, as engines up to 20.10 send it', () => {
  const latin1 = Buffer.from('größe 😀').toString('latin1');
  expect(readMetadata(['followpaths', latin1, 'followpaths', '100%']).get('followpaths')).toEqual([
    'größe 😀',
    '100%',
  ]);
});

test('escaped text, as newer engines send it', () => {
  const metadata = readMetadata(['followpaths', 'gr%C3%B6%C3%9Fe+%25', 'followpaths-encoded', '1']);
  expect(metadata.get('followpaths')).toEqual(['größe %']);
});
