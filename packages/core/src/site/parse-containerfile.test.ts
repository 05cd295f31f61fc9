import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { checkBuildArgs } from './check-build-args.ts';
import { parseInstructions } from './containerfile-instructions.ts';
import { fillWord, splitWords } from './containerfile-words.ts';
import { parseContainerfile, stagesWith } from './parse-containerfile.ts';

interface OtherParser {
  parse(text: string): {
    getInstructions(): readonly {
      getKeyword(): string;
      getRange(): { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
    }[];
  };
}
const { DockerfileParser }: { DockerfileParser: OtherParser } = createRequire(import.meta.url)(
  'dockerfile-ast',
);

function parse(text: string) {
  return parseContainerfile('Containerfile', Buffer.from(text)).containerfile;
}

const TEXTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['an escaped backslash does not continue', 'RUN a \\\\\nUSER x', ['RUN', 'USER']],
  ['CRLF', 'FROM a\r\nRUN b \\\r\n c\r\nUSER x\r\n', ['FROM', 'RUN', 'USER']],
  ['BOM', '\uFEFFFROM a', ['FROM']],
  ['lower case', 'from a\nrun b', ['FROM', 'RUN']],
  [
    'escape directive',
    '# escape=`\nFROM a\nRUN b `\n c\nCOPY x C:\\\nUSER x',
    ['FROM', 'RUN', 'COPY', 'USER'],
  ],
  ['escape directive too late', '# other\n# escape=`\nFROM a\nRUN b `\nUSER x', ['FROM', 'RUN', 'USER']],
  ['heredoc', 'FROM a\nRUN <<EOF\nUSER not me\nEOF\nUSER x', ['FROM', 'RUN', 'USER']],
  ['two heredocs', 'COPY <<A <<B /x/\nUSER 1\nA\nUSER 2\nB\nUSER x', ['COPY', 'USER']],
  ['indented heredoc', 'RUN <<-"END" cat\n\tUSER 1\n\tEND\nUSER x', ['RUN', 'USER']],
  ['heredoc end must be alone on its line', "RUN <<'E'\n E\nE x\nE\nUSER x", ['RUN', 'USER']],
  ['no heredoc in quotes', 'RUN echo "<<EOF"\nUSER x', ['RUN', 'USER']],
  ['no heredoc in ENV', 'ENV A=<<EOF\nUSER x', ['ENV', 'USER']],
  ['shift is no heredoc', 'RUN echo $((1<<2))\nUSER x', ['RUN', 'USER']],
  ['empty', '', []],
  ['empty lines in a continuation', 'FROM a\nRUN x \\\n\n\n  y\nUSER z', ['FROM', 'RUN', 'USER']],
  ['a continuation at the end', 'FROM a\nRUN x \\', ['FROM', 'RUN']],
  ['a list over lines', 'FROM a\nONBUILD RUN b\nCMD ["a", \\\n "b"]\n', ['FROM', 'ONBUILD', 'CMD']],
];

describe('instructions', () => {
  test('continuation lines may contain comments and empty lines; comments between instructions are not instructions', () => {
    const { list } = parseInstructions(
      [
        '# head',
        'FROM a',
        '',
        'RUN one \\',
        '  # a comment',
        '',
        '  && two \\  ',
        '  && three',
        '# end',
        'USER x',
      ].join('\n'),
    );
    expect(list.map(({ name, line, rest }) => [name, line, rest])).toEqual([
      ['FROM', 2, 'a'],
      ['RUN', 4, 'one   && two   && three'],
      ['USER', 10, 'x'],
    ]);
  });

  test.each(TEXTS)('%s', (_, text, names) => {
    expect(parseInstructions(text).list.map((instruction) => instruction.name)).toEqual(names);
  });

  // By BuildKit's rule it does not; dockerfile-ast continues the line.
  const others = TEXTS.filter(([name]) => name !== 'an escaped backslash does not continue');
  test.each(others)('dockerfile-ast finds the same instructions in the same lines: %s', (_, text) => {
    const ours = parseInstructions(text).list.map(({ name, line, lastLine }) => [name, line, lastLine]);
    const theirs = DockerfileParser.parse(text).getInstructions();
    expect(
      theirs.map((instruction) => {
        const { start, end } = instruction.getRange();
        return [instruction.getKeyword(), start.line + 1, end.line + 1];
      }),
    ).toEqual(ours);
  });

  test('flags are separate from the rest', () => {
    const { list } = parseInstructions(
      'RUN --mount=type=cache,target=/x  --network=none \\\n  --mount="type=bind,a=b c" make --all',
    );
    expect(list[0]).toMatchObject({
      flags: ['--mount=type=cache,target=/x', '--network=none', '--mount="type=bind,a=b c"'],
      rest: 'make --all',
    });
  });

  test('a heredoc that is not closed is reported with its line', () => {
    expect(parseInstructions('FROM a\nRUN <<EOF\nx').openHeredoc).toEqual({ name: 'EOF', line: 2 });
  });
});

describe('words', () => {
  test('split at spaces outside quotes', () => {
    expect(splitWords(`a "b c" d\\ e 'f "g' `, '\\')).toEqual(['a', '"b c"', 'd\\ e', `'f "g'`]);
  });

  const values = new Map([
    ['A', '1'],
    ['E', ''],
  ]);
  test.each([
    ['$A', '1'],
    ['x${A}y', 'x1y'],
    ['"$A"', '1'],
    ["'$A'", '$A'],
    ['\\$A', '$A'],
    ['$B', ''],
    ['${B:-d}', 'd'],
    ['${E:-d}', 'd'],
    ['${E-d}', ''],
    ['${A:-d}', '1'],
    ['${A:+s}', 's'],
    ['${B:+s}', ''],
    ['${B:-${A}-${E:-z}}', '1-z'],
    ['"a b"c', 'a bc'],
    ['$', '$'],
  ])('%s is %s', (word, filled) => {
    expect(fillWord(word, '\\', (name) => values.get(name)).text).toBe(filled);
  });
});

describe('stages and ARGs', () => {
  const file = [
    'ARG PYTHON=3.14',
    'ARG DISTRO=bookworm TAG=${PYTHON}-slim',
    'FROM python:${TAG}-$DISTRO AS Base',
    'ARG NODE="24.1"',
    'ENV HOMEDIR=/home/x',
    'ARG BENCH=${HOMEDIR}/bench',
    'FROM --platform=linux/amd64 base AS builder',
    'ARG PYTHON',
    'ARG NODE=22',
    'FROM scratch',
    'ARG LAST',
  ].join('\n');

  test('FROM is filled, and another stage is known as one', () => {
    expect(parse(file).stages).toEqual([
      { line: 3, name: 'base', from: 'python:3.14-slim-bookworm', isStage: false },
      { line: 7, name: 'builder', from: 'base', isStage: true },
      { line: 10, name: undefined, from: 'scratch', isStage: false },
    ]);
  });

  test('every ARG has its default, stage and line', () => {
    expect([...parse(file).args]).toEqual([
      [
        'PYTHON',
        [
          { line: 1, default: '3.14', stage: undefined },
          { line: 8, default: undefined, stage: 'builder' },
        ],
      ],
      ['DISTRO', [{ line: 2, default: 'bookworm', stage: undefined }]],
      ['TAG', [{ line: 2, default: '3.14-slim', stage: undefined }]],
      [
        'NODE',
        [
          { line: 4, default: '24.1', stage: 'base' },
          { line: 9, default: '22', stage: 'builder' },
        ],
      ],
      ['BENCH', [{ line: 6, default: '/home/x/bench', stage: 'base' }]],
      ['LAST', [{ line: 11, default: undefined, stage: '2' }]],
    ]);
  });

  test('build args lead FROM elsewhere', () => {
    expect(stagesWith(parse(file), { PYTHON: '3.11' })[0]?.from).toBe('python:3.11-slim-bookworm');
  });
});

describe('dialect', () => {
  const secret = 'RUN --mount=type=secret,id=apps_json,target=/opt/frappe/apps.json,uid=1000 bench init';
  test.each([
    ['build arg in a stage', 'FROM a\nARG APPS_JSON_BASE64', 'build-arg'],
    ['build arg with a default', 'FROM a\nARG X=1 APPS_JSON_BASE64=', 'build-arg'],
    ['build arg before every stage', 'ARG APPS_JSON_BASE64\nFROM a', 'none'],
    ['build arg in a comment', 'FROM a\n# ARG APPS_JSON_BASE64', 'none'],
    ['secret', `FROM a\n${secret}`, 'secret'],
    ['secret, fields the other way about', 'FROM a\nRUN --mount=id=apps_json,type=secret x', 'secret'],
    ['secret by source', 'FROM a\nRUN --mount=type=secret,source=apps_json x', 'secret'],
    ['secret by target', 'FROM a\nRUN --mount=type=secret,target=/run/secrets/apps_json x', 'secret'],
    ['secret in quotes', 'FROM a\nRUN --mount="type=secret,id=apps_json" x', 'secret'],
    [
      'second mount of two',
      'FROM a\nRUN --mount=type=cache,target=/c --mount=type=secret,id=apps_json x',
      'secret',
    ],
    ['another secret', 'FROM a\nRUN --mount=type=secret,id=other x', 'none'],
    ['another kind of mount', 'FROM a\nRUN --mount=type=cache,id=apps_json,target=/x x', 'none'],
    ['secret in a heredoc', `FROM a\nRUN <<E\n${secret}\nE`, 'none'],
    ['both', `FROM a\nARG APPS_JSON_BASE64\n${secret}`, 'secret'],
    ['neither', 'FROM a', 'none'],
  ])('%s', (_, text, dialect) => {
    expect(parse(text).dialect).toBe(dialect);
  });
});

describe('checkBuildArgs', () => {
  const containerfile = parse('ARG PYTHON_VERSION=3\nFROM a\nARG FRAPPE_BRANCH');
  test('what is declared, and what the builder takes anyway, passes', () => {
    const names = ['PYTHON_VERSION', 'FRAPPE_BRANCH', 'HTTPS_PROXY', 'no_proxy', 'SOURCE_DATE_EPOCH'];
    expect(
      checkBuildArgs(
        containerfile,
        names.map((name) => ({ name, source: 'config' })),
      ),
    ).toEqual([]);
  });

  test('a build arg that is given by name is an error, with the nearest name', () => {
    const [finding] = checkBuildArgs(containerfile, [{ name: 'FRAPPE_BRNACH', source: 'option' }]);
    expect(finding).toMatchObject({
      id: 'build-arg-undeclared',
      severity: 'error',
      subject: 'FRAPPE_BRNACH',
    });
    expect(finding?.fix).toContain('FRAPPE_BRANCH');
  });

  test('one that is only in the env file is a warning', () => {
    expect(checkBuildArgs(containerfile, [{ name: 'NODE_VERSION', source: 'env' }])).toMatchObject([
      { severity: 'warning' },
    ]);
  });
});

test('the digest is that of the bytes', () => {
  expect(parse('FROM a').digest).toBe(
    'sha256:cbb55b8f2c6a9973cd5513ff3b3e7d7dc77c9c17ec9778993697a5894543b727',
  );
});
