import { describe, expect, test } from '@jest/globals';
import { DOCKER_VERDICTS } from './docker-verdicts.fixture.ts';
import { createPatternMatcher } from './pattern-matcher.ts';

/** The verdict, asked both ways: at once, and coming down from above as a walk does. */
async function isMatched(patterns: readonly string[], path: string): Promise<boolean> {
  const matcher = await createPatternMatcher(patterns);
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

async function verdict(patterns: readonly string[], path: string): Promise<boolean | 'invalid'> {
  try {
    return await isMatched(patterns, path);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ignore-pattern-malformed' });
    return 'invalid';
  }
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
  ['ab*ba', 'aba', false],
  ['ab*ba', 'abba', true],
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
])('%j on %j: %s', async (pattern, path, expected) => {
  expect(await isMatched([pattern], path)).toBe(expected);
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
])('%j on %j: %s', async (patterns, path, expected) => {
  expect(await isMatched(patterns, path)).toBe(expected);
});

test.each([
  ['node_modules\\bin', 'node_modules', false],
  ['node_modules\\bin', 'node_modulesin', false],
  ['data\\build', 'data', false],
  ['\\b', 'b', false],
  ['\\d*', '1', true],
  ['\\Qa', 'a$', true],
  ['\\pL*', 'é', true],
  ['[[:alpha:]]*', 'a1', true],
  ['[[:alpha:]]*', '1a', false],
  ['*.log|*.tmp', 'x.log', true],
  ['*.log|*.tmp', 'x.log.gz', true],
  ['*.log|*.tmp', 'folder/x.tmp', true],
  ['*.log|*.tmp', 'x.txt', false],
  ['foo|*', 'anything', true],
  ['foo|bar', 'foo', false],
  ['foo|bar', 'foo|bar', true],
  ['a{2}*', 'aa', true],
  ['a{2}*', 'a{2}', false],
  ['a{2}', 'a{2}', true],
  ['a*[x-]', 'a-', true],
  ['[l-O]/**', 'x', 'invalid'],
])('what Docker reads as a regular expression: %j on %j: %s', async (pattern, path, expected) => {
  expect(await verdict([pattern], path)).toBe(expected);
});

test('random patterns are judged as Docker judges them', async () => {
  const wrong = [];
  for (const [patterns, path, expected] of DOCKER_VERDICTS) {
    const got = await verdict(patterns, path);
    if (got !== expected) wrong.push({ patterns, path, expected, got });
  }
  expect(wrong).toEqual([]);
});

test.each([
  ['*a*a*a*a*a*a*.b', 'a'.repeat(4000)],
  [`${'**/'.repeat(12)}x`, `${'a/'.repeat(2000)}y`],
  ['a{1000}*|*b', 'a'.repeat(4000)],
])('%j on a long path takes no time', async (pattern, path) => {
  const matcher = await createPatternMatcher([`z${pattern}`, pattern]);
  const start = performance.now();
  matcher.matchesInside(path, matcher.createFolderMatches());
  expect(performance.now() - start).toBeLessThan(1000);
});

test('an invalid regular expression that no path is compared with is none of our business', async () => {
  expect(await isMatched(['!a[l-O]', 'b'], 'b')).toBe(true);
});

describe('a malformed pattern is refused, and named', () => {
  test.each(['[', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[^', '[^bc', 'a[', '*[', '!', '![', 'x\\'])(
    '%j, before any path is seen',
    async (pattern) => {
      await expect(createPatternMatcher(['ok', pattern])).rejects.toMatchObject({
        code: 'ignore-pattern-malformed',
        what: `The ignore pattern ${JSON.stringify(pattern)} is invalid.`,
      });
    },
  );

  test.each([
    ['[Local-Only]', 'invalid character class range: `l-O`'],
    ['a\\u', 'invalid escape sequence: `\\u`'],
    ['*{2}', 'invalid nested repetition operator: `*{2}`'],
    ['a*[', 'missing closing ]: `[$`'],
  ])('%j, when a path is compared with it', async (pattern, reason) => {
    const matcher = await createPatternMatcher(['ok', pattern]);
    expect(() => matcher.matchesInside('x')).toThrow(
      expect.objectContaining({
        code: 'ignore-pattern-malformed',
        what: `The ignore pattern ${JSON.stringify(pattern)} is invalid.`,
        why: `Docker matches it as a regular expression: ${reason}.`,
      }),
    );
  });
});
