import { expect, test } from '@jest/globals';
import { compileGoMatch } from './go-match.ts';

// The answers are those of Go's own `filepath.Match`.
test.each([
  ['abc', 'abc', true],
  ['*', 'abc', true],
  ['*c', 'abc', true],
  ['a*', 'a', true],
  ['a*b?c*x', 'abxbbxdbxebxczzx', true],
  ['a*b?c*x', 'abxbbxdbxebxczzy', false],
  ['ab[^c]', 'abc', false],
  ['ab[e-g]', 'abf', true],
  ['a\\*b', 'a*b', true],
  ['a?b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['[x\\-]', '-', true],
  ['[l-O]', 'm', false],
  ['a{2}', 'a{2}', true],
  ['a|b', 'a', false],
  ['a**b', 'axb', true],
  ['[]a]', ']', undefined],
  ['[a-b-c]', 'a', undefined],
  ['[', 'a', undefined],
  ['a[', 'ab', undefined],
  ['\\', 'a', undefined],
  ['a*[', 'b', false],
  ['a*[', 'ab', undefined],
])('%j on %j: %s', (pattern, name, expected) => {
  expect(compileGoMatch(pattern)(name)).toBe(expected);
});
