import { expect, test } from '@jest/globals';
import {
  baseTag,
  buildingTag,
  isVersionTag,
  quarantinedTag,
  rebuiltTag,
  replacedTag,
} from './version-tag.ts';

test.each([
  ['1.4.0', true],
  ['1.4.0-rc.1', true],
  ['1.4.0-building', true],
  [buildingTag('1.4.0', 'ab12cd34'), false],
  [replacedTag('1.4.0', 'sha256:0123456789abcdef0123'), false],
  [rebuiltTag('1.4.0', 'sha256:0123456789abcdef0123'), false],
  [baseTag('1.4.0', 'sha256:0123456789abcdef0123'), false],
  [quarantinedTag('1.4.0', 'sha256:0123456789abcdef0123'), false],
])('%s is a version: %s', (tag, isVersion) => {
  expect(isVersionTag(tag)).toBe(isVersion);
});

test('a replaced image is named after its short id', () => {
  expect(replacedTag('1.4.0', 'sha256:0123456789abcdef0123')).toBe('1.4.0-replaced-0123456789ab');
});
