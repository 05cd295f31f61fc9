import { describe, expect, test } from '@jest/globals';
import { fillPlaceholders, findPlaceholders } from './placeholder.ts';

describe('findPlaceholders', () => {
  test.each([
    ['https://${PAT}@h/o/r', ['PAT']],
    ['https://{{ PAT }}@h/o/r', ['PAT']],
    ['https://{{PAT}}@h/o/r', ['PAT']],
    ['${A}{{ B }}${A}', ['A', 'B', 'A']],
    ['${_a1}', ['_a1']],
    ['$PAT ${} ${1A} {{ A B }} {A} ${A:-b} {{}}', []],
    ['', []],
  ])('%s', (text, names) => {
    const found = findPlaceholders(text);
    expect(found.map((placeholder) => placeholder.name)).toEqual(names);
    for (const { name, start, end } of found) expect(text.slice(start, end)).toContain(name);
  });
});

describe('fillPlaceholders', () => {
  test('fills every form, and leaves what has no value', () => {
    const values = new Map([['A', '1']]);
    expect(fillPlaceholders('${A}-{{ A }}-${B}', (name) => values.get(name))).toBe('1-1-${B}');
  });

  test('takes values literally and does not look into them', () => {
    expect(fillPlaceholders('${A}', () => "$& $1 ${A} {{ A }} $'")).toBe("$& $1 ${A} {{ A }} $'");
  });
});
