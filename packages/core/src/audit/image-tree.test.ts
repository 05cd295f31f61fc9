import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { digestFolder, readImageTree } from './image-tree.ts';
import { inChunks, type Layout, savedImage, type TarFile, tarOf } from './saved-image.fixture.ts';

const LAYOUTS: readonly Layout[] = ['legacy', 'oci', 'oci-gzip'];

async function pathsOf(layers: readonly (readonly TarFile[])[], layout?: Layout) {
  const { entries } = await readImageTree('acme/erp:1', await savedImage(layers, layout));
  return [...entries.keys()];
}

describe.each(LAYOUTS)('%s', (layout) => {
  test('knows kind, mode, owner, size, link and content of every file', async () => {
    const layer: readonly TarFile[] = [
      ['etc/'],
      ['etc/hosts', 'localhost', { mode: 0o640, uid: 1000, gid: 33 }],
      ['etc/empty'],
      ['etc/link', '', { type: 'symlink', linkname: '../hosts' }],
      ['etc/same', '', { type: 'link', linkname: 'etc/hosts' }],
      ['bin/su', 'su', { mode: 0o4755 }],
      ['dev/sda', '', { type: 'block-device', devmajor: 8, devminor: 1 }],
      ['run/pipe', '', { type: 'fifo' }],
      [`long/${'d'.repeat(120)}/${'é'.repeat(90)}`, 'long'],
    ];
    const { entries } = await readImageTree('x', await savedImage([layer], layout));
    const hosts = {
      kind: 'file',
      mode: 0o640,
      uid: 1000,
      gid: 33,
      size: 9,
      linkname: '',
      sha256: hash('sha256', 'localhost', 'hex'),
    };
    expect(entries.get('etc/hosts')).toEqual(hosts);
    expect(entries.get('etc/same')).toEqual(hosts);
    expect(entries.get('etc')).toMatchObject({ kind: 'folder', mode: 0o755, sha256: '' });
    expect(entries.get('etc/empty')).toMatchObject({ size: 0, sha256: hash('sha256', '', 'hex') });
    expect(entries.get('etc/link')).toMatchObject({ kind: 'symlink', linkname: '../hosts' });
    expect(entries.get('bin/su')).toMatchObject({ mode: 0o4755 });
    expect(entries.get('dev/sda')).toMatchObject({ kind: 'device', linkname: 'b 8:1' });
    expect(entries.get('run/pipe')).toMatchObject({ kind: 'fifo' });
    expect(entries.get(`long/${'d'.repeat(120)}/${'é'.repeat(90)}`)).toMatchObject({ size: 4 });
  });

  test('orders layers by the manifest, in any order of the stream', async () => {
    const tree = await readImageTree(
      'x',
      await savedImage([[['a', '1']], [['a', '22']], [['a', '333']]], layout),
    );
    expect(tree.entries.get('a')).toMatchObject({ size: 3 });
  });

  test('counts a layer that is listed twice two times', async () => {
    expect(await pathsOf([[['a', '1']], [['.wh.a'], ['b']], [['a', '1']]], layout)).toEqual(['a', 'b']);
  });

  test('reads files that are cut into many chunks', async () => {
    const text = 'x'.repeat(300_000);
    const { entries } = await readImageTree(
      'x',
      await savedImage(
        [
          [
            ['big', text],
            ['after', '1'],
          ],
        ],
        layout,
      ),
    );
    expect(entries.get('big')?.sha256).toBe(hash('sha256', text, 'hex'));
    expect(entries.has('after')).toBe(true);
  });
});

describe('layers', () => {
  test.each<[string, readonly (readonly TarFile[])[], readonly string[]]>([
    ['a whiteout of a file', [[['a/'], ['a/x'], ['a/y']], [['a/.wh.x']]], ['a', 'a/y']],
    ['a whiteout of a folder', [[['a/'], ['a/b/'], ['a/b/c'], ['ab']], [['.wh.a']]], ['ab']],
    [
      'a whiteout next to the same name again',
      [
        [['a/'], ['a/old']],
        [['.wh.a'], ['a/'], ['a/new']],
      ],
      ['a', 'a/new'],
    ],
    [
      'the same, the whiteout last',
      [
        [['a/'], ['a/old']],
        [['a/'], ['a/new'], ['.wh.a']],
      ],
      ['a', 'a/new'],
    ],
    [
      'an opaque folder',
      [
        [['a/'], ['a/old'], ['b']],
        [['a/'], ['a/.wh..wh..opq'], ['a/new']],
      ],
      ['a', 'a/new', 'b'],
    ],
    [
      'an opaque root',
      [
        [['a/'], ['a/old']],
        [['.wh..wh..opq'], ['new']],
      ],
      ['new'],
    ],
    ['AUFS’s own files', [[['.wh..wh.plnk/'], ['.wh..wh.aufs'], ['a']]], ['a']],
    [
      'a folder over a folder',
      [
        [['a/'], ['a/x']],
        [['a/'], ['a/y']],
      ],
      ['a', 'a/x', 'a/y'],
    ],
    ['a file over a folder', [[['a/'], ['a/x'], ['a/x/y']], [['a', 'file']]], ['a']],
    ['a link over a folder', [[['a/'], ['a/x']], [['a', '', { type: 'symlink', linkname: 'b' }]]], ['a']],
    ['a folder over a file', [[['a', 'file']], [['a/'], ['a/x']]], ['a', 'a/x']],
    ['names with ./ and /', [[['./'], ['./a/'], ['./a/x'], ['/b']]], ['a', 'a/x', 'b']],
    ['a layer without files', [[['a']], []], ['a']],
    ['a whiteout of what is not there', [[['a']], [['.wh.b'], ['c/.wh.d']]], ['a']],
  ])('%s', async (_, layers, expected) => {
    expect(await pathsOf(layers)).toEqual(expected);
  });

  test('a hard link to a file of a lower layer is that file', async () => {
    const { entries } = await readImageTree(
      'x',
      await savedImage([[['a', 'text']], [['b', '', { type: 'link', linkname: 'a' }]]]),
    );
    expect(entries.get('b')).toEqual(entries.get('a'));
  });

  test('many whiteouts over many files take one pass', async () => {
    const files = Array.from({ length: 20_000 }, (_, index): TarFile => [`f/${index}`]);
    const whiteouts = Array.from({ length: 10_000 }, (_, index): TarFile => [`f/.wh.${index}`]);
    const saved = await savedImage([files, whiteouts], 'oci', 65_536);
    const started = performance.now();
    expect((await readImageTree('x', saved)).entries.size).toBe(10_000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('the digest', () => {
  const layer: readonly TarFile[] = [['a/'], ['a/x', 'one'], ['a/y', 'two', { mode: 0o755 }]];
  const digestOf = async (layers: readonly (readonly TarFile[])[], layout?: Layout) =>
    (await readImageTree('x', await savedImage(layers, layout))).digest;

  test('is the same for the same files, in any layout, order, spread over layers or time', async () => {
    const digest = await digestOf([layer]);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    for (const layout of LAYOUTS) expect(await digestOf([layer], layout)).toBe(digest);
    expect(await digestOf([[...layer].reverse()])).toBe(digest);
    expect(await digestOf([layer.slice(0, 2), layer.slice(2)])).toBe(digest);
    expect(
      await digestOf([
        layer.map(([path, text = '', header]) => [path, text, { ...header, mtime: new Date() }]),
      ]),
    ).toBe(digest);
    expect(await digestOf([[['./'], ...layer]])).toBe(digest);
  });

  test.each<[string, TarFile]>([
    ['content', ['a/x', 'One']],
    ['mode', ['a/x', 'one', { mode: 0o600 }]],
    ['owner', ['a/x', 'one', { uid: 5 }]],
    ['group', ['a/x', 'one', { gid: 5 }]],
    ['kind', ['a/x', '', { type: 'symlink', linkname: 'one' }]],
    ['name', ['a/z', 'one']],
    ['capability', ['a/x', 'one', { pax: { 'SCHILY.xattr.security.capability': 'abc' } }]],
  ])('changes with the %s of a file', async (_, changed) => {
    expect(await digestOf([[['a/'], changed, ['a/y', 'two', { mode: 0o755 }]]])).not.toBe(
      await digestOf([layer]),
    );
  });

  test('of a folder depends only on that folder, not on its path', async () => {
    const tree = await readImageTree('x', await savedImage([[...layer, ['ab', 'other'], ['empty/']]]));
    const moved = await readImageTree(
      'x',
      await savedImage([layer.map(([path, ...rest]) => [`opt/${path}`, ...rest])]),
    );
    expect(digestFolder(tree, '/a')).toBe(digestFolder(moved, '/opt/a/'));
    expect(digestFolder(tree, '/none')).toBeUndefined();
    expect(digestFolder(tree, '/empty')).toMatch(/^sha256:/);
  });
});

test('notes are kept of files that are in the final image', async () => {
  const takeNote = (path: string) =>
    path.endsWith('.txt') ? (content: Buffer) => content.toString() || undefined : undefined;
  const { notes } = await readImageTree(
    'x',
    await savedImage([
      [
        ['kept.txt', 'kept'],
        ['gone.txt', 'gone'],
        ['changed.txt', 'old'],
        ['emptied.txt', 'old'],
        ['b/'],
        ['b/in.txt', 'in'],
      ],
      [['.wh.gone.txt'], ['changed.txt', 'new'], ['emptied.txt'], ['b', 'a file now']],
    ]),
    takeNote,
  );
  expect(Object.fromEntries(notes)).toEqual({ 'kept.txt': 'kept', 'changed.txt': 'new' });
});

describe('invalid images', () => {
  const whole = async () => Buffer.concat(await (await savedImage([[['a', 'text']], [['b']]])).toArray());
  const refused = { code: 'image-files-unreadable', exitCode: 7 };

  test.each<[string, () => Promise<Readable>, RegExp]>([
    ['nothing', async () => Readable.from([]), /manifest\.json/],
    [
      'an error of the engine',
      async () => Readable.from([Buffer.from('{"message":"no space left"}'.padEnd(600))]),
      /checksum/,
    ],
    [
      'an image that is cut off',
      async () => inChunks((await whole()).subarray(0, 2700), 512),
      /middle|manifest/,
    ],
    [
      'an image without its manifest',
      async () => inChunks(await tarOf([['oci-layout', '{}']]), 512),
      /manifest\.json/,
    ],
    [
      'a manifest that names no layers',
      async () => inChunks(await tarOf([['manifest.json', '[]']]), 512),
      /manifest\.json/,
    ],
    [
      'an image without one of its layers',
      async () =>
        inChunks(await tarOf([['manifest.json', '[{"Config":"c","Layers":["x/layer.tar"]}]']]), 512),
      /lacks the layer x\/layer\.tar/,
    ],
    [
      'a packed layer that is cut off',
      async () => {
        const { gzipSync } = await import('node:zlib');
        const layer = gzipSync(await tarOf([['a', 'x'.repeat(5000)]]));
        const saved = await tarOf([
          ['l', layer.subarray(0, -20) as unknown as string],
          ['manifest.json', '[{"Config":"c","Layers":["l"]}]'],
        ]);
        return inChunks(saved, 512);
      },
      /unpacked|middle/,
    ],
  ])('%s', async (_, saved, why) => {
    const outcome = readImageTree('acme/erp:1', await saved());
    await expect(outcome).rejects.toMatchObject({ ...refused, why: expect.stringMatching(why) });
  });

  test('an error of the stream is thrown unchanged', async () => {
    const bytes = await whole();
    const broken = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 1000);
        throw new Error('gone');
      })(),
    );
    await expect(readImageTree('x', broken)).rejects.toThrow('gone');
  });
});
