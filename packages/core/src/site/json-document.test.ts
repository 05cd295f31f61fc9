import { describe, expect, test } from '@jest/globals';
import { jsonFaulty } from '../errors/file-findings.ts';
import { parseJsonDocument as parse } from './json-document.ts';
import { nodeAt, toPlainValue } from './json-node.ts';
import { placeOf } from './text-place.ts';

/** The document, with its problems as they are reported. */
function parseJsonDocument(text: string, maximumDepth?: number) {
  const { root, problems } = parse(text, maximumDepth);
  return {
    root,
    problems: problems.map(({ fault, offset }) => {
      const { id, why, fix } = jsonFaulty(fault, { file: 'x.json' });
      return { id, why, fix, offset };
    }),
  };
}

function valueOfText(text: string): unknown {
  const { root, problems } = parseJsonDocument(text);
  expect(problems).toEqual([]);
  return root === undefined ? undefined : toPlainValue(root);
}

describe('documents', () => {
  test.each([
    '{}',
    '[]',
    'null',
    ' [1, -2, 0.5, 1e3, -1.5E-2, true, false, null] ',
    '{"a": {"b": [{"c": "d"}]}, "": 0, "é": "ü"}',
    '["\\u0041\\n\\t\\\\\\/\\"\\ud83d\\ude00", "日本"]',
    '\r\n[\r\n1\t]\n',
    '{"constructor": 1, "toString": 2}',
  ])('%s', (text) => {
    expect(valueOfText(text)).toEqual(JSON.parse(text));
  });
});

describe('what is no JSON, with its place', () => {
  test.each([
    ['', 1, 1],
    ['  ', 1, 3],
    ['[1,\n 2,\n]', 2, 3],
    ['{"a": 1,}', 1, 8],
    ['{a: 1}', 1, 2],
    ["{'a': 1}", 1, 2],
    ["['a']", 1, 2],
    ['[1 2]', 1, 4],
    ['["a" "b"]', 1, 6],
    ['{"a" 1}', 1, 6],
    ['{"a": }', 1, 7],
    ['[1]x', 1, 4],
    ['[1', 1, 3],
    ['["a\nb"]', 1, 2],
    ['["a\tb"]', 1, 4],
    ['["\\x"]', 1, 3],
    ['["\\u12g4"]', 1, 3],
    ['[01]', 1, 3],
    ['[1.]', 1, 3],
    ['[+1]', 1, 2],
    ['[NaN]', 1, 2],
    ['[True]', 1, 2],
    ['// no\n[]', 1, 1],
    ['[,1]', 1, 2],
  ])('%j', (text, line, column) => {
    const { root, problems } = parseJsonDocument(text);
    expect(root).toBeUndefined();
    expect(problems).toMatchObject([{ id: 'json-syntax' }]);
    expect(placeOf(text, problems[0]?.offset ?? 0)).toEqual({ line, column });
    expect(() => JSON.parse(text)).toThrow();
  });
});

describe('what JSON.parse would let pass', () => {
  test('a duplicate key: the first counts, and the second is reported', () => {
    const { root, problems } = parseJsonDocument('{"a": 1,\n "a": 2}');
    expect(root && toPlainValue(root)).toEqual({ a: 1 });
    expect(problems).toMatchObject([{ id: 'json-duplicate-key', offset: 10 }]);
  });

  test('`__proto__` is left out, and pollutes nothing', () => {
    const { root, problems } = parseJsonDocument('{"__proto__": {"polluted": true}, "\\u005f_proto__": 1}');
    expect(problems.map((problem) => problem.id)).toEqual(['json-unsafe-key', 'json-unsafe-key']);
    const value = root && (toPlainValue(root) as Record<string, unknown>);
    expect(Object.keys(value ?? {})).toEqual([]);
    expect(value?.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a byte order mark is a problem, and the rest is read', () => {
    const { root, problems } = parseJsonDocument('\uFEFF[1]');
    expect(root && toPlainValue(root)).toEqual([1]);
    expect(problems).toMatchObject([{ id: 'json-bom', offset: 0 }]);
  });

  test('depth is bounded', () => {
    expect(parseJsonDocument('['.repeat(1_000_000)).problems).toMatchObject([
      { id: 'json-too-deep', offset: 33 },
    ]);
    expect(parseJsonDocument('[[[]]]', 2).problems).toEqual([]);
    expect(parseJsonDocument('[[[[]]]]', 2).problems).toMatchObject([{ offset: 3 }]);
  });
});

test('a million characters are read in time that grows with them', () => {
  const text = JSON.stringify(
    Array.from({ length: 20_000 }, (_, index) => ({ url: `x\n${index}`, branch: 'b' })),
  );
  const started = performance.now();
  expect(valueOfText(text)).toHaveLength(20_000);
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('nodes are found by path, or the nearest above', () => {
  const text = '{"a": [1,\n  {"b": 2}]}';
  const { root } = parseJsonDocument(text);
  if (root === undefined) throw new Error('not read');
  expect(placeOf(text, nodeAt(root, ['a', 1, 'b']).offset)).toEqual({ line: 2, column: 9 });
  expect(placeOf(text, nodeAt(root, ['a', 1, 'x', 'y']).offset)).toEqual({ line: 2, column: 3 });
});

test('no problem holds any of the text', () => {
  for (const text of ['["S3CR3T" "x"]', '[S3CR3T]', '{"S3CR3T": 1, "S3CR3T": 2}', '["S3CR3T']) {
    expect(JSON.stringify(parseJsonDocument(text).problems)).not.toContain('S3CR3T');
  }
});
