import { describe, expect, test } from '@jest/globals';
import { parse } from 'dotenv';
import { readComposeEnv } from './compose-env.ts';
import { parseDotenv } from './dotenv-reading.ts';

/**
 * What Docker Compose 2.40.3 itself made of each text, for the keys A and B: asked with
 * `docker compose --env-file FILE config --format json` of a project that names them, in an empty environment.
 */
const COMPOSE: readonly (readonly [
  title: string,
  text: string,
  reading: Record<string, string> | 'refused',
])[] = [
  ['plain', 'A=b', { A: 'b' }],
  ['no value', 'A=', { A: '' }],
  ['space around =', 'A = b ', { A: 'b' }],
  ['yaml style', 'A: b', { A: 'b' }],
  ['colon without space', 'A:b', { A: 'b' }],
  ['export', 'export A=b', { A: 'b' }],
  ['export and tab', 'export\tA=b', { A: 'b' }],
  ['BOM', '\uFEFFA=b', { A: 'b' }],
  ['CRLF', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['CRLF, empty', 'A=\r\nB=2\r\n', { A: '', B: '2' }],
  ['lone CR', 'A=1\rB=2\n', { A: '1\rB=2' }],
  ['indented', '  A=b', { A: 'b' }],
  ['hash without space', 'A=123#x', { A: '123#x' }],
  ['hash after space', 'A=123 #x', { A: '123' }],
  ['hash after tab', 'A=123\t#x', { A: '123\t#x' }],
  ['hash directly after =', 'A=#x', { A: '#x' }],
  ['comment directly after = and space', 'A= # x', { A: '# x' }],
  ['comment line', '# A=1\nB=2', { B: '2' }],
  ['hash in single quotes', "A='1 #x'", { A: '1 #x' }],
  ['hash in double quotes', 'A="1 #x"', { A: '1 #x' }],
  ['comment after quotes', "A='1' # x", { A: '1' }],
  ['single quotes', "A='b c'", { A: 'b c' }],
  ['double quotes', 'A="b c"', { A: 'b c' }],
  ['backticks', 'A=`b c`', { A: '`b c`' }],
  ['spaces kept in quotes', "A=' b '", { A: ' b ' }],
  ['quote within', "A=it's", { A: "it's" }],
  ['quotes in the middle', 'A=b"c"d', { A: 'b"c"d' }],
  ['other quotes inside', 'A=\'b "c" d\'', { A: 'b "c" d' }],
  ['text after quotes', "A='b'c\nB=2", { A: 'b', B: '2' }],
  ['text and space after quotes', 'A="b" c\nB=2', { A: 'b', B: '2' }],
  ['unclosed single', "A='b\nB=2", 'refused'],
  ['unclosed double', 'A="b\nB=2', 'refused'],
  ['several lines', 'A="b\nc"\nB=2', { A: 'b\nc', B: '2' }],
  ['several lines, single', "A='b\nc'", { A: 'b\nc' }],
  ['several lines, CRLF', 'A="b\r\nc"\r\n', { A: 'b\r\nc' }],
  ['\\n in double', 'A="b\\nc"', { A: 'b\nc' }],
  ['\\n in single', "A='b\\nc'", { A: 'b\\nc' }],
  ['\\n without quotes', 'A=b\\nc', { A: 'b\\nc' }],
  ['\\t in double', 'A="b\\tc"', { A: 'b\tc' }],
  ['escaped double quote', 'A="b\\"c"', { A: 'b"c' }],
  ['escaped single quote', "A='b\\'c'", { A: "b'c" }],
  ['two backslashes in double', 'A="b\\\\c"', { A: 'b\\c' }],
  ['two backslashes in single', "A='b\\\\c'", { A: 'b\\\\c' }],
  ['windows path in single', "A='C:\\new\\temp'", { A: 'C:\\new\\temp' }],
  ['octal', 'A="\\0101"', { A: 'A' }],
  ['short octal', 'A="\\01"', { A: '\\1' }],
  ['unknown escape', 'A="\\x41"', { A: '\\x41' }],
  ['$$', 'A=$$apr1$$x', { A: '$apr1$x' }],
  ['$$ in double', 'A="$$apr1$$x"', { A: '$apr1$x' }],
  ['$$ in single', "A='$$apr1$$x'", { A: '$$apr1$$x' }],
  ['$ before a digit', 'A=$1$2', { A: '$1$2' }],
  ['$ at the end', 'A=b$', { A: 'b$' }],
  ['$NAME unset', 'A=pa$word', { A: 'pa' }],
  ['$NAME set', 'A=1\nB=x$A', { A: '1', B: 'x1' }],
  ['${NAME} set', 'A=1\nB=${A}', { A: '1', B: '1' }],
  ['${NAME} in single', "A=1\nB='${A}'", { A: '1', B: '${A}' }],
  ['${NAME} set below', 'A=${B}\nB=1', { A: '', B: '1' }],
  ['\\$ in double', 'A="\\$b"', { A: '$b' }],
  ['\\$ without quotes', 'A=\\$b', { A: '\\' }],
  ['default', 'A=${B:-c}', { A: 'c' }],
  ['default of an empty one', 'A=\nB=${A:-c}', { A: '', B: 'c' }],
  ['- of an empty one', 'A=\nB=${A-c}', { A: '', B: '' }],
  ['nested default', 'A=1\nB=${C:-${A}}', { A: '1', B: '1' }],
  ['text after a default', 'A=1\nB=${C:-x}/${A}', { A: '1', B: 'x/1' }],
  ['default with braces', 'A=${B:-{c}}', { A: '{c}' }],
  ['+ set', 'A=1\nB=${A:+c}', { A: '1', B: 'c' }],
  ['+ unset', 'A=${B+c}', { A: '' }],
  ['required, set', 'A=1\nB=${A:?no}', { A: '1', B: '1' }],
  ['required, unset', 'A=${B:?no}', 'refused'],
  ['required within what is not used', 'A=${B+${C?no}}', 'refused'],
  ['required within what is said of another', 'A=1\nB=${A?${C?no}}', 'refused'],
  ['required within a default that is not used', 'A=1\nB=${A-${C?no}}', 'refused'],
  ['no variable', 'A=${1}', 'refused'],
  ['unclosed variable', 'A=${B', 'refused'],
  ['empty variable', 'A=${}', 'refused'],
  [
    'traefik',
    'A=Host(`a.example.com`) || Host(`b.example.com`)',
    { A: 'Host(`a.example.com`) || Host(`b.example.com`)' },
  ],
  ['begins and ends with backticks', 'A=`a` || `b`', { A: '`a` || `b`' }],
  ['html', 'A=<b>&amp;</b>', { A: '<b>&amp;</b>' }],
  ['JSON', 'A={"b": [1, 2]}', { A: '{"b": [1, 2]}' }],
  ['percent and bang', 'A=100%!', { A: '100%!' }],
  ['URL', 'A=https://u:p@h/x?y=1&z=2', { A: 'https://u:p@h/x?y=1&z=2' }],
  ['URL with fragment', 'A=https://h/x#y', { A: 'https://h/x#y' }],
  ['equals in value', 'A=b=c==', { A: 'b=c==' }],
  ['unicode', 'A=Zoë 日本 😀', { A: 'Zoë 日本 😀' }],
  ['no-break space', 'A=b\u00A0', { A: 'b' }],
  ['twice', 'A=1\nA=2', { A: '2' }],
  ['two on a line', "A='1' B='2'", { A: '1', B: '2' }],
  ['no =', 'A\nB=2', { B: '2' }],
  ['key with a space', 'A C=1', 'refused'],
  ['key with a dash', 'A-B=1\nB=2', { B: '2' }],
  ['key with an odd character', 'A!=1', 'refused'],
  ['empty file', '', {}],
  ['only comments', '# x\n#y\n', {}],
];

/** Compose takes a key without `=` from the environment, which has none; here that is a problem of its own. */
const TAKEN_FROM_ENVIRONMENT = 'no =';

describe('readComposeEnv reads as Compose does', () => {
  test.each(COMPOSE)('%s', (title, text, expected) => {
    const { assignments, problems } = readComposeEnv(text);
    const read = assignments.filter(({ key }) => key === 'A' || key === 'B');
    if (expected === 'refused') {
      expect(problems).not.toEqual([]);
      return;
    }
    expect(problems.map(({ kind }) => kind)).toEqual(kindsExpected(title));
    expect(Object.fromEntries(read.map(({ key, value }) => [key, value]))).toEqual(expected);
  });
});

function kindsExpected(title: string): string[] {
  if (title === TAKEN_FROM_ENVIRONMENT || title.startsWith('text a')) {
    return title.startsWith('text after a default') ? [] : ['no-value'];
  }
  return [];
}

test('both parsers of dotenv give the same for every text above', () => {
  for (const [, text] of COMPOSE) expect(parseDotenv(text)).toEqual(parse(text));
});

test('a value nested without end is refused, and exhausts nothing', () => {
  const { problems } = readComposeEnv(`A=${'${A:-'.repeat(5000)}${'}'.repeat(5000)}`);
  expect(problems).toMatchObject([{ kind: 'too-deep', line: 1, key: 'A' }]);
});

test.each(['\r', '\u2028', '\u2029'])('only a line feed ends a default: %j', (character) => {
  const { assignments, problems } = readComposeEnv(`A=\${B:-x${character}y}`);
  expect([problems, assignments[0]?.value]).toEqual([[], `x${character}y`]);
});

test('any number of variables on a line, as Compose takes them', () => {
  const { assignments, problems } = readComposeEnv(
    `A=${'${B:-x}'.repeat(3000)}\nC=${'${B:-'.repeat(60)}y${'}'.repeat(60)}`,
  );
  expect(problems).toEqual([]);
  expect(assignments.map(({ value }) => value)).toEqual(['x'.repeat(3000), 'y']);
});

test('values that double with every line end as a problem of the line where they are too long', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `A${index + 1}=\${A${index}}\${A${index}}`);
  const started = performance.now();
  const { problems } = readComposeEnv(['A0=ab', ...lines].join('\n'));
  expect(performance.now() - started).toBeLessThan(1000);
  expect(problems[0]).toMatchObject({ kind: 'too-long', line: 18 });
});

test('all values together are bounded', () => {
  const text = [`A=${'x'.repeat(30_000)}`, ...Array.from({ length: 2000 }, (_, index) => `B${index}=$A$A$A`)];
  const { problems, assignments } = readComposeEnv(text.join('\n'));
  expect(problems).toMatchObject([{ kind: 'too-long', line: 24 }]);
  expect(assignments).toHaveLength(23);
});

describe('places', () => {
  test('every assignment has its line, its quotes and the position of its value', () => {
    const text = '\uFEFF# head\r\nA = 1 # one\r\n\r\nB="x\r\ny" # two\r\nC=\r\nexport D=\'z\'';
    const { assignments } = readComposeEnv(text);
    expect(
      assignments.map(({ key, line, quote, start, end }) => [key, line, quote, text.slice(start, end)]),
    ).toEqual([
      ['A', 2, undefined, '1'],
      ['B', 4, '"', 'x\r\ny'],
      ['C', 6, undefined, ''],
      ['D', 7, "'", 'z'],
    ]);
    const empty = assignments[2];
    expect(text.slice(0, empty?.start).endsWith('C=')).toBe(true);
  });

  test('a problem has its place, and reading continues after it', () => {
    const { assignments, problems } = readComposeEnv('A=1\nB C=2\nD="x\nE!=3\nF=${\nG\nH=4');
    expect(problems).toEqual([
      { kind: 'key', line: 2, column: 1 },
      { kind: 'quote', line: 3, column: 1, key: 'D' },
      { kind: 'key', line: 4, column: 2 },
      { kind: 'invalid', line: 5, column: 1, key: 'F' },
      { kind: 'no-value', line: 6, column: 1 },
    ]);
    expect(assignments.map(({ key }) => key)).toEqual(['A', 'H']);
  });

  test('variables are listed, and those that no line above sets and that have no default', () => {
    const { assignments } = readComposeEnv('A=1\nB=${A}-${C:-x}-$D');
    expect(assignments[1]).toMatchObject({
      unexpanded: '${A}-${C:-x}-$D',
      variables: ['A', 'C', 'D'],
      unset: ['D'],
    });
  });

  test.each([
    ['one line', `A=${'x"\\$$'.repeat(13_000)}`],
    ['spaces within a line', `A=x${' '.repeat(65_000)}x`],
    ['blank lines', `${'\n'.repeat(65_000)}A=1`],
    ['openings', `A=1\nB=${'${A:-'.repeat(13_000)}`],
  ])('64 kB are read in no time: %s', (_, text) => {
    const started = performance.now();
    const { assignments } = readComposeEnv(text);
    parseDotenv(text);
    expect(assignments).toHaveLength(1);
    // Quadratic reading takes minutes; this only has to tell the two apart.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
