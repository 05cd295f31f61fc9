import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { extract, type Header } from 'tar-stream';
import { packContext, type TarContext } from './pack-context.ts';

const ADDED = ['.de-build-containerfile', '.containerignore'];

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'de-build-tar-'));
  await write({ 'context/Containerfile': 'FROM x\n' });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

interface Unpacked {
  readonly header: Header;
  readonly text: string;
}

async function unpack(tar: TarContext['tar']): Promise<ReadonlyMap<string, Unpacked>> {
  const found = new Map<string, Unpacked>();
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error)).pipe(entries);
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    found.set(entry.header.name, { header: entry.header, text: Buffer.concat(chunks).toString() });
  }
  return found;
}

async function pack(
  change: { containerfile?: string; neverSend?: string[]; extraFiles?: Record<string, Buffer> } = {},
) {
  const context = await packContext({
    contextFolder: join(folder, 'context'),
    containerfile: join(folder, change.containerfile ?? 'context/Containerfile'),
    neverSend: change.neverSend ?? [],
    extraFiles: change.extraFiles ?? {},
  });
  return { context, files: await unpack(context.tar) };
}

describe('packContext', () => {
  test('packs every kind of thing as Docker does', async () => {
    await write({ 'context/a': 'aa', 'context/sub/b': 'b'.repeat(200_000), 'context/none': 'n' });
    const at = (path: string) => join(folder, 'context', path);
    await link(at('a'), at('z-linked'));
    await symlink('../sub//b', at('sub/link'));
    execFileSync('mkfifo', [at('fifo')]);
    await chmod(at('a'), 0o4711);
    await chmod(at('none'), 0);
    await utimes(at('a'), 0, new Date('2001-02-03T04:05:06.999Z'));
    const { files, context } = await pack();
    const headers = Object.fromEntries([...files].map(([name, { header }]) => [name, header]));
    expect(Object.keys(headers)).toEqual([
      'Containerfile',
      'a',
      'fifo',
      'none',
      'sub',
      'sub/b',
      'sub/link',
      'z-linked',
      ...ADDED,
    ]);
    expect(headers.a).toMatchObject({
      mode: 0o4711,
      uid: 0,
      gid: 0,
      size: 2,
      mtime: new Date('2001-02-03T04:05:06Z'),
    });
    expect(headers.none).toMatchObject({ mode: 0 });
    expect(headers.fifo).toMatchObject({ type: 'fifo', size: 0 });
    expect(headers['sub/link']).toMatchObject({ type: 'symlink', linkname: '../sub//b' });
    expect(headers['z-linked']).toMatchObject({ type: 'link', linkname: 'a', size: 0 });
    expect(files.get('sub/b')?.text).toBe('b'.repeat(200_000));
    expect(context.packed).toEqual({ files: 4, bytes: 7 + 2 + 1 + 200_000 });
  });

  test('keeps times before 1970, which a plain header cannot hold', async () => {
    await utimes(join(folder, 'context/Containerfile'), 0, new Date('1969-07-20T20:17:40.5Z'));
    const { files } = await pack();
    expect(files.get('Containerfile')?.header.pax).toMatchObject({ mtime: '-14182940' });
  });

  test.each([
    ['nothing excluded', '', ['.dockerignore', 'Containerfile', 'keep', 'lose']],
    ['a file excluded', 'lose\n', ['.dockerignore', 'Containerfile', 'keep']],
    ['all excluded but one', '*\n!keep\n', ['keep']],
    ['the Containerfile and itself', 'Containerfile\n.dockerignore\n', ['keep', 'lose']],
  ])('%s', async (_, ignore, names) => {
    await write({ 'context/.dockerignore': ignore, 'context/keep': '', 'context/lose': '' });
    const { files } = await pack();
    expect([...files.keys()]).toEqual([...names, ...ADDED]);
  });

  test('the Containerfile is sent under a name that the builder excludes', async () => {
    await write({ Outside: 'FROM y\n', 'context/.containerignore': 'a' });
    const { files, context } = await pack({ containerfile: 'Outside' });
    expect([...files.keys()]).toEqual(['Containerfile', ...ADDED]);
    expect(files.get('.de-build-containerfile')?.text).toBe('FROM y\n');
    expect(files.get('.containerignore')?.text).toBe('.de-build-containerfile\n.containerignore\n');
    expect(context.entries.map(({ path }) => path)).toEqual(['Containerfile']);
  });

  test("an ignore file of the Containerfile's own takes precedence over the general one", async () => {
    await write({
      'context/.dockerignore': 'a\n',
      'context/Containerfile.dockerignore': 'b\nContainerfile\n',
      'context/a': '',
      'context/b': '',
    });
    const { files } = await pack();
    expect([...files.keys()]).toEqual(['.dockerignore', 'Containerfile.dockerignore', 'a', ...ADDED]);
    expect(files.get('.de-build-containerfile')?.text).toBe('FROM x\n');
  });

  test('what must never be sent is not sent, even if it is included', async () => {
    await write({ 'context/.env': 'TOKEN', 'context/.dockerignore': '!.env\n' });
    const { files } = await pack({ neverSend: ['.env'], extraFiles: { extra: Buffer.from('e') } });
    expect([...files.keys()]).toEqual(['.dockerignore', 'Containerfile', ...ADDED, 'extra']);
  });

  test.each([
    ['removed', (file: string) => rm(file)],
    ['written to', (file: string) => writeFile(file, 'other text')],
  ])('a file that is %s while it is packed is an error', async (_, change) => {
    await write({ 'context/a': 'a'.repeat(2_000_000), 'context/b': 'b' });
    const context = await packContext({
      contextFolder: join(folder, 'context'),
      containerfile: join(folder, 'context/Containerfile'),
      neverSend: [],
    });
    await change(join(folder, 'context/b'));
    await expect(unpack(context.tar)).rejects.toMatchObject({ code: 'context-changed' });
  });
});
