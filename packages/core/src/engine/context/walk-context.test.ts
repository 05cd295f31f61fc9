import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContextEntry } from './context-entry.ts';
import { type ContextWalk, walkContext } from './walk-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'walk-context-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), path);
  }
}

async function walk(selection: Partial<ContextWalk> = {}): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  for await (const batch of walkContext({ folder, ...selection })) entries.push(...batch);
  return entries;
}

async function paths(selection: Partial<ContextWalk> = {}): Promise<string[]> {
  return (await walk(selection)).map((entry) => entry.path);
}

test('siblings come in the order of their bytes, folders before what they hold', async () => {
  await write('😀', 'a.b', 'a/z', 'a-b', 'B', 'ä', '\u{ff5e}', 'with,comma', 'new\nline', '-');
  expect(await paths()).toEqual([
    '-',
    'B',
    'a',
    'a/z',
    'a-b',
    'a.b',
    'new\nline',
    'with,comma',
    'ä',
    '\u{ff5e}',
    '😀',
  ]);
});

test('every kind of file, with its bits', async () => {
  await write('file', 'sticky/inside');
  await chmod(join(folder, 'file'), 0o4751);
  await chmod(join(folder, 'sticky'), 0o1777);
  await link(join(folder, 'file'), join(folder, 'other-name'));
  await symlink('/nowhere', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  const server = createServer().listen(join(folder, 'socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  const entries = await walk();
  server.close();
  expect(
    entries.map(({ path, kind, mode, size, linkTarget, hardLinkOf }) => ({
      path,
      kind,
      bits: (mode & 0o7777).toString(8),
      size,
      link: linkTarget ?? hardLinkOf,
    })),
  ).toEqual([
    { path: 'fifo', kind: 'fifo', bits: expect.any(String), size: 0 },
    { path: 'file', kind: 'file', bits: '4751', size: 4 },
    { path: 'link', kind: 'symlink', bits: '777', size: 8, link: '/nowhere' },
    { path: 'other-name', kind: 'file', bits: '4751', size: 4, link: 'file' },
    { path: 'socket', kind: 'socket', bits: expect.any(String), size: 0 },
    { path: 'sticky', kind: 'directory', bits: '1777', size: 0 },
    { path: 'sticky/inside', kind: 'file', bits: expect.any(String), size: 13 },
  ]);
});

test('a hard link refers to the first name that is sent', async () => {
  await write('a/first', 'z');
  await link(join(folder, 'a/first'), join(folder, 'b'));
  await link(join(folder, 'a/first'), join(folder, 'c'));
  const entries = await walk({ exclude: ['a/first'] });
  expect(entries.map(({ path, hardLinkOf }) => [path, hardLinkOf])).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['c', 'b'],
    ['z', undefined],
  ]);
});

describe('what is wanted', () => {
  beforeEach(() =>
    write(
      '.env',
      'apps.json',
      'docs/a.md',
      'docs/deep/b.md',
      'node_modules/x/index.js',
      'src/main.js',
      'src/main.log',
    ),
  );

  test.each<[string, Partial<ContextWalk>, string[]]>([
    ['excluded folders are left out', { exclude: ['docs', 'node_modules', 'src'] }, ['.env', 'apps.json']],
    [
      'an exception brings a file back, and the folders above it',
      { exclude: ['*', '!docs/deep/b.md'] },
      ['docs', 'docs/deep', 'docs/deep/b.md'],
    ],
    ['an exception with wildcards, too', { exclude: ['**', '!**/*.log'] }, ['src', 'src/main.log']],
    [
      'includes',
      { include: ['src', 'docs/deep'] },
      ['docs', 'docs/deep', 'docs/deep/b.md', 'src', 'src/main.js', 'src/main.log'],
    ],
    ['includes less excludes', { include: ['src'], exclude: ['**/*.log'] }, ['src', 'src/main.js']],
    [
      'what must never be sent is not, even when a pattern asks for it',
      { include: ['.env', 'src', 'docs/a.md'], exclude: ['!.env'], neverSend: ['.env', './src/'] },
      ['docs', 'docs/a.md'],
    ],
    ['an include of nothing', { include: ['absent'] }, []],
  ])('%s', async (_title, selection, expected) => {
    expect(await paths(selection)).toEqual(expected);
  });

  test('symlinks along followed paths are followed, but never out of the context', async () => {
    await symlink('../docs/deep', join(folder, 'src/manual'));
    await symlink('/src/main.log', join(folder, 'log'));
    await symlink('../../../../etc/passwd', join(folder, 'passwd'));
    expect(await paths({ follow: ['src/manual/b.md'] })).toEqual([
      'docs',
      'docs/deep',
      'docs/deep/b.md',
      'src',
      'src/manual',
    ]);
    expect(await paths({ follow: ['l*', '../apps.json'] })).toEqual([
      'apps.json',
      'log',
      'src',
      'src/main.log',
    ]);
    expect(await paths({ follow: ['passwd'] })).toEqual(['passwd']);
    expect(await paths({ follow: ['log', '/'] })).toEqual(await paths());
  });
});

test('a name that is not UTF-8 is refused and shown, unless it is excluded', async () => {
  await write('sub/good');
  await writeFile(Buffer.concat([Buffer.from(`${folder}/sub/bad`), Buffer.from([0xff, 0x0a])]), '');
  await expect(walk()).rejects.toMatchObject({
    code: 'context-name-not-utf8',
    what: expect.stringContaining('"sub/bad\\xff\\n"'),
  });
  expect(await paths({ exclude: ['sub/bad*'] })).toEqual(['sub', 'sub/good']);
});

test('a context that is no folder', async () => {
  await write('file');
  await expect(walk({ folder: join(folder, 'absent') })).rejects.toMatchObject({
    code: 'context-folder-missing',
  });
  await expect(walk({ folder: join(folder, 'file') })).rejects.toMatchObject({
    code: 'context-folder-missing',
  });
});

test('an abort ends a long walk', async () => {
  await write(...Array.from({ length: 600 }, (_, index) => `f${index}`));
  await expect(walk({ signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
});
