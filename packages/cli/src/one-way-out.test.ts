import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createRedactor } from '@de-build/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeIo } from './fake-io.fixture.ts';
import { guardIo } from './guarded-io.ts';
import { run } from './main.ts';

/** Of no shape that would give it away. */
const TOKEN = 'plain-words+of/no shape';

let site: string;
beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'de-build-way-out-'));
  await writeFile(join(site, '.env'), `DE_SITE_VERSION=1.0.0\nPAT_DESIRED_EFFECT='${TOKEN}'\n`);
});
afterAll(() => rm(site, { recursive: true, force: true }));

async function call(...argv: string[]) {
  const io = fakeIo({ folder: site });
  const exitCode = await run(argv, io);
  return { io, exitCode, text: io.written.stdout + io.written.stderr };
}

describe('a token typed in the wrong place is not repeated', () => {
  test.each([
    [[TOKEN]],
    [['show', TOKEN]],
    [['bump', TOKEN]],
    [['check', '--format', TOKEN]],
    [['--build-arg', TOKEN]],
    [['prune', '--keep-storage', TOKEN]],
    [['archive', TOKEN]],
    [['restore', TOKEN, '--verbose']],
    [['diff', TOKEN, encodeURIComponent(TOKEN)]],
    [['verify', Buffer.from(TOKEN).toString('base64')]],
    [[`--${TOKEN}`]],
    [['list', '--limit', TOKEN]],
  ])('%j', async (argv) => {
    const { exitCode, text } = await call(...argv);
    expect(exitCode).not.toBe(0);
    expect(text).not.toContain('no shape');
    expect(text).not.toContain(Buffer.from(TOKEN).toString('base64').slice(0, 12));
    expect(text).not.toBe('');
  });

  test('a long word that is not a token of this site is not repeated either', async () => {
    const word = '0123456789abcdef0123456789abcdef01234567';
    for (const argv of [[word], [`--${word}`], ['check', `--${word}=x`]]) {
      const { exitCode, text } = await call(...argv);
      expect(exitCode).toBe(2);
      expect(text).not.toContain(word);
    }
  });
});

describe('what Node would print itself', () => {
  test.each<[string, (text: string) => unknown]>([
    ['an error', (text) => new Error(`cannot read ${text}`)],
    ['its cause', (text) => new Error('failed', { cause: new TypeError(`for ${text}`) })],
    ['a text', (text) => text],
  ])('%s that is not caught is redacted, and ends the process', async (_, make) => {
    const { io } = await call('bump', 'nonsense');
    const before = io.written.stderr.length;
    io.crash(make(TOKEN));
    for (let turn = 0; turn < 500 && io.exits.length === 0; turn++) await new Promise(setImmediate);
    const reported = io.written.stderr.slice(before);
    expect(reported).toContain('de-build met an error that it did not foresee');
    expect(reported).toContain('[redacted PAT_DESIRED_EFFECT]');
    expect(reported).not.toContain(TOKEN);
    expect(io.exits).toEqual([1]);
  });

  test('a warning is redacted', async () => {
    const { io } = await call('bump', 'nonsense');
    const before = io.written.stderr.length;
    io.warn(Object.assign(new Error(`too many of ${TOKEN}\u001b]0;title\u0007`), { name: 'Warning' }));
    expect(io.written.stderr.slice(before)).toBe(
      'Warning: too many of [redacted PAT_DESIRED_EFFECT]\\x1b]0;title\\x07\n',
    );
  });
});

describe('control characters', () => {
  const written = (text: string) => {
    const io = fakeIo();
    guardIo(io, createRedactor()).stdout.write(text);
    return io.written.stdout;
  };

  test.each([
    '\u001b[1;31mred\u001b[39m\u001b[0m\n',
    '\u001b[?25l\u001b[3A\r\u001b[Jlines\n\u001b[?25h',
    '\r\u001b[2Ka line that is drawn again',
    'tabs\tand\nlines, Größe 東京 👩‍👩‍👧',
  ])('those that our views use stay: %j', (text) => {
    expect(written(text)).toBe(text);
  });

  test.each([
    ['the clipboard', '\u001b]52;c;cm0gLXJm\u0007', '\\u001b]52;c;cm0gLXJm\\u0007'],
    ['the title', '\u001b]0;title\u001b\\', '\\u001b]0;title\\u001b\\'],
    ['a device control string', '\u001bP$q"p\u001b\\', '\\u001bP$q"p\\u001b\\'],
    ['the cursor put anywhere', '\u001b[1;1H\u001b[2Bx', '\\u001b[1;1H\\u001b[2Bx'],
    ['overprinting', 'bad\rgood', 'bad\\u000dgood'],
    ['C1 controls', '\u009b2J\u0090', '\\u009b2J\\u0090'],
    ['backspaces', 'bad\b\b\bgood', 'bad\\u0008\\u0008\\u0008good'],
    ['the direction of writing', 'a\u202eb\u2066c', 'a\\u202eb\\u2066c'],
  ])('%s is shown, and not interpreted', (_, text, shown) => {
    expect(written(text)).toBe(shown);
  });

  test('those of JSON keep their meaning', () => {
    const value = { text: '\u009b2J \u202e \u007f \u001b]52;c;x\u0007' };
    expect(JSON.parse(written(JSON.stringify(value)))).toEqual(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(written(JSON.stringify(value))).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('in the sources', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = async (name: string) => {
    const folder = join(root, name);
    const files = (await readdir(folder, { recursive: true })).filter(
      (file) => /\.[cm]?[jt]s$/.test(file) && !/\.(test|fixture)\.ts$/.test(file),
    );
    return Promise.all(
      files.map(async (file) => ({
        file: relative(root, join(folder, file)),
        text: await readFile(join(folder, file), 'utf8'),
      })),
    );
  };
  const filesWith = (all: readonly { file: string; text: string }[], sign: RegExp) =>
    all
      .filter(({ text }) => sign.test(text.replace(/^\s*(\/?\*|\/\/).*$/gm, '')))
      .map(({ file }) => file)
      .sort();

  test('the streams of the process are used only where they are wrapped', async () => {
    const all = [
      ...(await sources('core/src')),
      ...(await sources('cli/src')),
      ...(await sources('cli/bin')),
    ];
    expect(all.length).toBeGreaterThan(200);
    const streams = /\bprocess\s*\??\.\s*(stdout|stderr|emitWarning|_rawDebug|report|send)|\bconsole\s*\??\./;
    // The prepared answers were written when the command was bundled: they hold nothing of the caller.
    expect(filesWith(all, streams)).toEqual(['cli/bin/de-build.cjs', 'cli/src/process-io.ts']);
    expect(filesWith(all, /\bprocessIo\(/)).toEqual(['cli/bin/de-build.cjs', 'cli/src/process-io.ts']);
    expect(filesWith(all, /\bguardIo\(/)).toEqual(['cli/src/guarded-io.ts', 'cli/src/main.ts']);
  });

  test('records and other text for people are written through disk/ only', async () => {
    const writers =
      /\b(writeFile|appendFile|writeFileSync|createWriteStream|copyFile|cp)\(|\bopen\([^)]*['"](w|a|r\+)/;
    for (const room of ['apps', 'engine', 'errors', 'manifests', 'release', 'site', 'version']) {
      expect(filesWith(await sources(`core/src/${room}`), writers)).toEqual([]);
    }
    expect(filesWith(await sources('core/src/disk'), writers)).not.toEqual([]);
  });
});
