import { describe, expect, test } from '@jest/globals';
import { createPatternMatcher } from './pattern-matcher.ts';

/** The verdict, asked both ways: at once, and coming down from above as a walk does. */
function isMatched(patterns: readonly string[], path: string): boolean {
  const matcher = createPatternMatcher(patterns);
  const direct = matcher.matchesInside(path);
  let folder: Uint8Array | undefined;
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const own = matcher.createFolderMatches();
    matcher.matchesInside(path.slice(0, slash), folder, own);
    folder = own;
  }
  expect(matcher.matchesInside(path, folder)).toBe(direct);
  return direct;
}

// The verdicts are those of moby/patternmatcher's own tests.
test.each([
  ['**', 'file', true],
  ['**', 'dir/file', true],
  ['**/', 'dir/file', true],
  ['**/**', 'dir/file', true],
  ['dir/**', 'dir/file', true],
  ['dir/**', 'dir/dir2/file', true],
  ['abc/**', 'abc', false],
  ['**/dir', 'dir/file', true],
  ['**/dir2/*', 'dir/dir2/file', true],
  ['**/dir2/**', 'dir/dir2/dir3/file', true],
  ['**file', 'dir/dir/file', true],
  ['**/file', 'file', true],
  ['**/file*txt', 'dir/dir/file.txt', true],
  ['**/**/*.txt', 'file.txt', true],
  ['**/**/*.txt2', 'dir/dir/file.txt', false],
  ['a**/*.txt', 'a/dir/dir/file.txt', true],
  ['a/*.txt', 'a/dir/file.txt', false],
  ['a/*.txt**', 'a/file.txt', true],
  ['a[b-d]e', 'ae', false],
  ['a[b-d]e', 'ace', true],
  ['a[^b-d]e', 'aze', true],
  ['a[^b-d]e', 'ace', false],
  ['.*', '.foo', true],
  ['.*', 'foo', false],
  ['abc.def', 'abcZdef', false],
  ['abc?def', 'abcZdef', true],
  ['a\\\\', 'a\\', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['**/.foo', 'bar.foo', false],
  ['a(b)c/def', 'a(b)c/def', true],
  ['a.|)$(}+{bc', 'a.|)$(}+{bc', true],
  ['dist/*.whl', 'dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl', true],
  ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
  ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
  ['a?b', 'a☺b', true],
  ['a?b', 'a😀b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['[\\]a]', ']', true],
  ['[x\\-]', '-', true],
  ['[\\-x]', 'a', false],
  ['a?b', 'a/b', false],
  ['docs/', 'docs/README.md', true],
  ['./docs/../docs', 'docs/README.md', true],
  ['  *.log  ', 'x.log', true],
  ['-,;&~#%', '-,;&~#%', true],
  ['*-,;&~#%', 'x-,;&~#%', true],
])('%j on %j: %s', (pattern, path, expected) => {
  expect(isMatched([pattern], path)).toBe(expected);
});

test.each([
  [['docs', '!docs/README.md'], 'docs/README.md', false],
  [['docs/*', '!docs/README.md'], 'docs/README.md', false],
  [['!a.go', '*.go'], 'a.go', true],
  [['*.go', '!a.go'], 'a.go', false],
  [['**', '!util/docker/web'], 'util/docker/web/foo', false],
  [['**', '!util/docker/web', 'util/docker/web/foo'], 'util/docker/web/foo', true],
  [['**', '!dist/*.whl'], 'dist/a+b.whl', false],
  [[], 'any/path', false],
  [['', '  '], 'any/path', false],
])('%j on %j: %s', (patterns, path, expected) => {
  expect(isMatched(patterns, path)).toBe(expected);
});

describe('a malformed pattern is refused, and named', () => {
  test.each(['[', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[^', 'a[', '[^bc', 'x\\', '!', '[Local-Only]'])(
    '%j',
    (pattern) => {
      expect(() => createPatternMatcher(['ok', pattern])).toThrow(
        expect.objectContaining({
          code: 'ignore-pattern-malformed',
          what: expect.stringContaining('pattern'),
        }),
      );
    },
  );
});
