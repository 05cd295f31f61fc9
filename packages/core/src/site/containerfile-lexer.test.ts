import { describe, expect, test } from '@jest/globals';
import { parseInstructions } from './containerfile-instructions.ts';
import { lex } from './containerfile-lexer.ts';
import { parseContainerfile, stagesWith } from './parse-containerfile.ts';
import { FAULTY_WORDS, VALUES, WORDS } from './words.fixture.ts';

const lookup = (name: string) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined);

test.each(WORDS)('%s is %j', (word, expected) => {
  expect(lex(word, { escapeCharacter: '\\', lookup })).toMatchObject({ text: expected, fault: undefined });
});

test.each(FAULTY_WORDS)('%s is refused: %s', (word, fault) => {
  expect(lex(word, { escapeCharacter: '\\', lookup }).fault).toBe(fault);
});

test('the escape character of the file', () => {
  expect(lex('a`$b\\c', { escapeCharacter: '`', lookup }).text).toBe('a$b\\c');
});

describe('heredocs', () => {
  test.each<[string, string[]]>([
    ['RUN <<$EOF\nFROM x\n$EOF\nUSER y', ['RUN', 'USER']],
    ['RUN <<"$EOF"\nFROM x\n$EOF\nUSER y', ['RUN', 'USER']],
    ['RUN <<${EOF}\nFROM x\n${EOF}\nUSER y', ['RUN', 'USER']],
    ['RUN <<E"O"F\nFROM x\nEOF\nUSER y', ['RUN', 'USER']],
    ['RUN << EOF\nFROM x\nEOF\nUSER y', ['RUN', 'USER']],
    ['RUN <<"a b"\nFROM x\na b\nUSER y', ['RUN', 'USER']],
    ['RUN 3<<EOF cat\nFROM x\nEOF\nUSER y', ['RUN', 'USER']],
    ['RUN echo <<<EOF\nUSER y', ['RUN', 'USER']],
    ['RUN ["cat", "<<EOF"]\nUSER y', ['RUN', 'USER']],
    ['RUN cat <<EOF "unclosed\nUSER y', ['RUN', 'USER']],
    ['# escape=`\nRUN <<E\\OF\nFROM x\nEOF\nUSER y', ['RUN', 'USER']],
  ])('%j', (text, names) => {
    expect(parseInstructions(text).list.map(({ name }) => name)).toEqual(names);
  });

  test('a FROM in the body is no stage', () => {
    const text = 'FROM a AS one\nRUN <<$EOF\nFROM b\n$EOF\n';
    expect(stagesWith({ text }, {})).toHaveLength(1);
  });
});

test.each<[string, { image: string; line: number } | undefined]>([
  ['# syntax=docker/dockerfile:1.4\nFROM a', { image: 'docker/dockerfile:1.4', line: 1 }],
  ['#syntax = docker/dockerfile:1 \nFROM a', { image: 'docker/dockerfile:1', line: 1 }],
  ['\uFEFF# escape=`\r\n# SYNTAX=a/b\r\nFROM a', { image: 'a/b', line: 2 }],
  ['#!/usr/bin/env x\n# syntax=a/b\nFROM a', { image: 'a/b', line: 2 }],
  ['# check=skip=all\n# syntax=a/b arg\nFROM a', { image: 'a/b', line: 2 }],
  ['// syntax=a/b\nx', { image: 'a/b', line: 1 }],
  ['\n# syntax=a/b\nFROM a', undefined],
  ['# a comment\n# syntax=a/b\nFROM a', undefined],
  [' # syntax=a/b\nFROM a', undefined],
  ['FROM a\n# syntax=a/b', undefined],
])('the syntax line of %j', (text, syntax) => {
  expect(parseInstructions(text).syntax).toEqual(syntax);
});

describe('FROM', () => {
  const from = (text: string) => stagesWith({ text }, {}).map((stage) => stage.from);

  test('patterns', () => {
    expect(from('ARG image=idlebox\nFROM busy${image#idle}')).toEqual(['busybox']);
    expect(from('ARG A=a-b\nFROM x:${A/-/_}')).toEqual(['x:a_b']);
  });

  test('ENV before the first FROM is refused, with its line, and counts for nothing', () => {
    const parsed = parseContainerfile('C', Buffer.from('ARG A=1\nENV A=2\nFROM x:$A'));
    expect(parsed.early).toMatchObject({ name: 'ENV', line: 2 });
    expect(parsed.containerfile.stages[0]?.from).toBe('x:1');
  });

  test('a stage has the values of the one it is based on', () => {
    const text = 'FROM a AS one\nENV V=1\nARG W=2\nFROM one\nARG X=$V$W';
    expect(parseContainerfile('C', Buffer.from(text)).containerfile.args.get('X')).toMatchObject([
      { default: '12' },
    ]);
  });
});

test('ARGs that double with every line end as a problem of the line', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `ARG A${index + 1}=\${A${index}}\${A${index}}`);
  const started = performance.now();
  const { faults } = parseContainerfile('C', Buffer.from(['ARG A0=ab', ...lines, 'FROM $A40'].join('\n')));
  expect(performance.now() - started).toBeLessThan(2000);
  expect(faults).toMatchObject([{ fault: 'too-long', line: 18 }]);
});

test.each([
  ['many wildcards', `${'*a'.repeat(2000)}b`, 'a'.repeat(4000)],
  ['deep nesting', '', '${A:-'.repeat(5000)],
  ['every replacement', 'a', 'a'.repeat(100_000)],
])('hostile: %s', (_, pattern, value) => {
  const started = performance.now();
  for (const word of [`\${V#${pattern}}`, `\${V%%${pattern}}`, `\${V//${pattern}/${pattern}}`, value])
    lex(word, { escapeCharacter: '\\', lookup: (name) => (name === 'V' ? value : undefined) });
  expect(performance.now() - started).toBeLessThan(5000);
});
