import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseEnv, readEnv } from './env-file.ts';

const USED = new Set(['DE_SITE_VERSION', 'TOKEN']);

function idsOf(text: string): string[] {
  return parseEnv(text, '.env', USED).findings.map((finding) => finding.id);
}

describe('values that Compose and dotenv read alike', () => {
  test.each([
    ['plain', 'TOKEN=abc'],
    ['quoted hash', "TOKEN='a#b'"],
    ['comment', 'TOKEN=abc # mine'],
    ['CRLF', 'DE_SITE_VERSION=1.0.0\r\nTOKEN=abc\r\n'],
    ['BOM', '\uFEFFDE_SITE_VERSION=1.0.0'],
    ['traefik', 'SITES_RULE=Host(`a.example.com`) || Host(`b.example.com`)'],
    ['several lines', 'KEY="-----BEGIN\nabc\n-----END"'],
    ['$ before a digit', 'TOKEN=a$1'],
  ])('%s', (_, text) => {
    expect(idsOf(text)).toEqual([]);
  });
});

describe("Compose's own notation", () => {
  test('`$$` passes where only Compose reads the key, and is what Compose reads', () => {
    const { env, findings } = parseEnv('AUTH=admin:$$apr1$$x$$y', '.env', USED);
    expect(findings).toEqual([]);
    expect(env.entries.get('AUTH')?.value).toBe('admin:$apr1$x$y');
  });

  test('a variable that is set above passes with a note', () => {
    const { env, findings } = parseEnv('DE_SITE_VERSION=1.0.0\nTAG=${DE_SITE_VERSION}', '.env', USED);
    expect(findings).toMatchObject([{ id: 'env-expanded', severity: 'note', line: 2, subject: 'TAG' }]);
    expect(env.entries.get('TAG')?.value).toBe('1.0.0');
  });

  test('variables with a default pass with a note', () => {
    const { env, findings } = parseEnv(`RULE=${'${B:-x}'.repeat(51)}\${C:+y}`, '.env', USED);
    expect(findings).toMatchObject([{ id: 'env-expanded', what: 'RULE is composed of B, C.' }]);
    expect(env.entries.get('RULE')?.value).toBe('x'.repeat(51));
  });

  test.each([
    ['a default in a key that de-build uses', 'TOKEN=${A:-b}'],
    ['a variable that is not set within a default', 'DB_PASSWORD=${A:-$word}'],
    ['`$$` in a key that de-build uses', 'TOKEN=a$$b'],
    ['a variable in a key that de-build uses', 'A=1\nDE_SITE_VERSION=${A}'],
    ['a variable that is not set', 'DB_PASSWORD=pa$word'],
    ['an escaped `$`', 'AUTH="a\\$b"'],
  ])('refused: %s', (_, text) => {
    expect(idsOf(text)).toEqual(['env-ambiguous']);
  });
});

test('a value that uses a variable of a line below is to be moved there', () => {
  const [finding] = parseEnv('TAG=${VERSION}\nVERSION=1.0.0\n', '.env', USED).findings;
  expect(finding).toMatchObject({ id: 'env-ambiguous', subject: 'TAG', fix: expect.stringMatching(/^Move/) });
  expect(idsOf('VERSION=1.0.0\nTAG=${VERSION}\n')).toEqual(['env-expanded']);
});

describe('an ambiguous value names the quotes that end it', () => {
  test.each([
    ['TOKEN=123#x', "single quotes (TOKEN='…')", "TOKEN='123#x'", '123#x'],
    ["TOKEN=it's#1", 'double quotes (TOKEN="…")', 'TOKEN="it\'s#1"', "it's#1"],
    ['TOKEN=`abc`', "single quotes (TOKEN='…')", "TOKEN='`abc`'", '`abc`'],
    ['TOKEN=pa$word', "single quotes (TOKEN='…')", "TOKEN='pa$word'", 'pa$word'],
    ['TOKEN="a\\tb"', "single quotes (TOKEN='…')", "TOKEN='a\\tb'", 'a\\tb'],
    ['TOKEN=a\t#b', "single quotes (TOKEN='…')", "TOKEN='a\t#b'", 'a\t#b'],
  ])('%s', (text, advice, fixed, value) => {
    const [finding] = parseEnv(text, '.env', USED).findings;
    expect(finding).toMatchObject({ id: 'env-ambiguous', severity: 'error', line: 1, subject: 'TOKEN' });
    expect(finding?.fix).toContain(advice);
    const after = parseEnv(fixed, '.env', USED);
    expect(after.findings).toEqual([]);
    expect(after.env.entries.get('TOKEN')?.value).toBe(value);
  });

  test('a comment directly after the `=` goes elsewhere', () => {
    const [finding] = parseEnv('TOKEN= # from the vault', '.env', USED).findings;
    expect(finding?.fix).toMatch(/comment on a separate line, above TOKEN/);
  });

  test('what no quotes can fix is reported as such', () => {
    const [finding] = parseEnv('TOKEN=`\'"#', '.env', USED).findings;
    expect(finding?.fix).toMatch(/^No quotes make both read the same/);
  });

  test.each([
    ['a lone carriage return', 'A=1\rB=2\n'],
    ['CRLF within a value', 'A="b\r\nc"\r\n'],
    ['a key that dotenv ignores', 'A:b'],
    ['two on a line', "A='1' B='2'"],
  ])('%s', (_, text) => {
    expect(new Set(idsOf(text))).toEqual(new Set(['env-ambiguous']));
  });
});

describe('faults of the file', () => {
  test.each([
    ['duplicate', 'A=1\nB=2\nA=3', ['env-duplicate'], 3],
    ['NUL', 'A=1\nB=a\0b', ['env-nul'], 2],
    ['no =', 'A=1\n\nFOO', ['env-syntax'], 3],
    ['space in the key', 'A=1\nF OO=1', ['env-syntax'], 2],
    ['unclosed quote', 'A=1\nB="x\nC=2\n', ['env-syntax'], 2],
    ['text after quotes', "A='b' c\nB=2", ['env-syntax'], 1],
    ['unknown variable form', 'A=${x y}', ['env-syntax'], 1],
  ])('%s', (_, text, ids, line) => {
    const { findings } = parseEnv(text, '.env');
    expect(findings.map((finding) => finding.id)).toEqual(ids);
    expect(findings[0]?.line).toBe(line);
  });

  test('of a value that is refused nothing more is said, nor of what contains it', () => {
    const lines = Array.from({ length: 18 }, (_, index) => `A${index + 1}=\${A${index}}\${A${index}}`);
    const { findings } = parseEnv(['A0=ab', ...lines].join('\n'), '.env');
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ id, line }) => [id, line])).toEqual([['env-syntax', 18]]);
  });

  test('an empty file is no fault', () => {
    expect(parseEnv('', '.env')).toMatchObject({ findings: [] });
  });

  test('no finding contains a value, whatever is wrong with it', () => {
    const secret = 'S3CR3TV4LUE';
    const lines = [
      `A=${secret}#x`,
      `B="${secret}`,
      `C=\${${secret} }`,
      `D='${secret}' ${secret}`,
      `E=$${secret}`,
      `E=${secret}\0`,
      `${secret} ${secret}`,
      `F=\`${secret}\``,
      `G="${secret}\\t"`,
    ];
    for (const line of [...lines, lines.join('\n')]) {
      const { findings } = parseEnv(line, '.env', new Set(['A', 'B', 'C', 'D', 'E', 'F', 'G']));
      expect(findings).not.toEqual([]);
      expect(JSON.stringify(findings.map(({ what, why, fix }) => [what, why, fix]))).not.toContain(secret);
    }
  });
});

describe('readEnv', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'de-build-env-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('a missing file', async () => {
    expect(await readEnv(folder, '.env', USED)).toEqual({ env: undefined, findings: [], isMissing: true });
  });

  test('a line of 10 MB is refused at once', async () => {
    writeFileSync(join(folder, '.env'), `A=${'x'.repeat(10_000_000)}`);
    const started = performance.now();
    const { findings } = await readEnv(folder, '.env', USED);
    expect(findings).toMatchObject([{ id: 'file-too-large', file: '.env' }]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('bytes that are not UTF-8 are named with their place', async () => {
    writeFileSync(join(folder, '.env'), Buffer.from('A=1\nB=a\xffb\n', 'latin1'));
    const { env, findings } = await readEnv(folder, '.env', USED);
    expect(env).toBeUndefined();
    expect(findings).toMatchObject([{ id: 'file-not-utf8', line: 2, column: 4 }]);
  });
});
