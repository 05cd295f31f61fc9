import { describe, expect, test } from '@jest/globals';
import { compileSearch, createByteSearch, type Hit, searchBytes } from '../../audit/leaks/byte-search.ts';
import { createRedactor, SHORTEST_SECRET } from '../redactor.ts';
import { Secret } from '../secret.ts';
import { encodedBytes, encodedForms } from './encoded-forms.ts';
import { DOCKER_LOGINS, WRITTEN } from './written-values.fixture.ts';

const MARK = '[redacted PAT]';
const QUOTED_MARK = /^#7 (?:b?['"]|\$')?\[redacted PAT\]['"]? end$/;

function toolsFor(value: string) {
  const redactor = createRedactor();
  redactor.add({ name: 'PAT', value });
  const search = createByteSearch(compileSearch([new Secret('PAT', value)]));
  return {
    redact: (text: string) => redactor.redact(text),
    redactCut(text: string, cut: number) {
      const stream = redactor.stream();
      return stream.write(text.slice(0, cut)) + stream.write(text.slice(cut)) + stream.end();
    },
    find(bytes: Buffer) {
      const hits: Hit[] = [];
      searchBytes(search, bytes, (hit) => hits.push(hit));
      return hits.map(({ arrangement }) => arrangement);
    },
  };
}

describe.each(WRITTEN)('%s', (value, texts) => {
  const { redact, redactCut, find } = toolsFor(value);

  test.each(texts)('as %s, by %s', (text) => {
    const line = `#7 ${text} end`;
    const redacted = redact(line);
    expect(redacted).toMatch(QUOTED_MARK);
    for (let cut = 0; cut <= line.length; cut++) expect(redactCut(line, cut)).toBe(redacted);
    expect(find(Buffer.from(line))).toContain('whole');
  });

  test('every form is redacted, however it is cut', () => {
    for (const { text } of encodedForms(value).filter((form) => form.text.length >= SHORTEST_SECRET)) {
      for (let cut = 0; cut <= text.length; cut++) expect(redactCut(text, cut)).toBe(MARK);
    }
  });

  test('every form is found in a file, wherever it begins', () => {
    for (const { bytes } of encodedBytes(value)) {
      for (let at = 0; at < 8; at++)
        expect(find(Buffer.concat([Buffer.alloc(at, '~'), bytes]))).toContain('whole');
    }
  });
});

describe('base64 in base64', () => {
  const value = 'AbC/dEf+GhIjKl0MnOpQ=';
  const { redact, redactCut, find } = toolsFor(value);

  test.each(DOCKER_LOGINS)('%s', (text) => {
    const redacted = redact(text);
    expect(redacted).toContain(MARK);
    const rest = redacted.split(MARK).map((part) => Buffer.from(part, 'base64').toString('latin1'));
    expect(rest.map((part) => Buffer.from(part, 'base64').toString('latin1')).join('')).not.toMatch(
      /AbC|OpQ/,
    );
    for (let cut = 0; cut <= text.length; cut++) expect(redactCut(text, cut)).toBe(redacted);
    expect(find(Buffer.from(text))).toContain('whole');
  });

  test('at every offset in both', () => {
    for (let inner = 0; inner < 3; inner++) {
      for (let outer = 0; outer < 3; outer++) {
        const login = Buffer.from(`${'u'.repeat(inner)}${value}`).toString('base64');
        const text = Buffer.from(`${'{'.repeat(outer)}${login}"}`).toString('base64');
        expect(redact(text)).toContain(MARK);
        expect(find(Buffer.from(text))).toContain('whole');
      }
    }
  });
});

test.each([
  ['R9vX2mKq7TbN4sYw8LzJ', 17],
  ['ghp_R9vX2mKq7TbN4sYw8LzJ6hDf3GcP5aUe1QrS', 17],
  ['p@ss/abC7+xY9zQ12"+~&=%\\9f8e7d6c5b4a', 200],
])('%s has at most %i forms', (value, most) => {
  expect(encodedForms(value).length).toBeLessThanOrEqual(most);
});

const ODD = String.raw`it's-9f8e"$a \b|<c>&d%41=ü`;

test.each([
  ['a set -x in the JSON of a log', "it's-a<b>cd", String.raw`+ echo 'it'\\''s-a\u003cb\u003ecd'`],
  ['a URL in the JSON of an image', 'pass&w/ord^12', String.raw`https://u:pass\u0026w%2Ford%5E12@h/`],
  ['a compose file', 'p$ss^word|12', 'p$$ss^word|12'],
  ['a supervisor configuration', 'pa%ss-word12', 'pa%%ss-word12'],
  ["PHP's JSON", 'pa/ss^wördü12', String.raw`pa\/ss^w\u00f6rd\u00fc12`],
  ['.NET', 'AbC/dEf+GhIjKl0', String.raw`AbC/dEf\u002BGhIjKl0`],
  ['mustache', 'AbC/dEf=GhIjKl0', 'AbC&#x2F;dEf&#x3D;GhIjKl0'],
  ['PHP', "it's-a-secret9", 'it&#039;s-a-secret9'],
  ['PostgreSQL', "it's\\a-secret9", String.raw`it''s\\a-secret9`],
  ['MySQL', 'it\'s-"a"-secret9', String.raw`it\'s-\"a\"-secret9`],
  ['.properties', 'a#b!c:d=efghij', String.raw`a\#b\!c\:d\=efghij`],
  ["Python's xmlcharrefreplace", ODD, String.raw`it's-9f8e"$a \b|<c>&d%41=&#252;`],
  ["Perl's Data::Dumper", ODD, String.raw`$VAR1 = "it's-9f8e\"\$a \\b|<c>&d%41=\303\274";`],
  ["jq's tojson | tojson", ODD, String.raw`"\"\\\"it's-9f8e\\\\\\\"$a \\\\\\\\b|<c>&d%41=ü\\\"\""`],
  ["Python's JSON in base64", ODD, 'WyJpdCdzLTlmOGVcIiRhIFxcYnw8Yz4mZCU0MT1cdTAwZmMiXQ=='],
  ['the same, a byte later', ODD, 'IFsiaXQncy05ZjhlXCIkYSBcXGJ8PGM+JmQlNDE9XHUwMGZjIl0='],
  ['the same, two bytes later', ODD, 'ICBbIml0J3MtOWY4ZVwiJGEgXFxifDxjPiZkJTQxPVx1MDBmYyJd'],
])('%s', (_, value, text) => {
  const { redact, find } = toolsFor(value);
  expect(redact(text)).toContain(MARK);
  expect(find(Buffer.from(text))).toContain('whole');
});

test("Perl's quotemeta of bytes, in a log and in a file", () => {
  const { redact, find } = toolsFor(ODD);
  const bytes = Buffer.from(String.raw`it\'s\-9f8e\"\$a\ \\b\|\<c\>\&d\%41\=\Ã\¼`, 'latin1');
  expect(redact(bytes.toString('utf8'))).toBe(MARK);
  expect(find(bytes)).toContain('whole');
});
