import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../secrets/secret.ts';
import { readImage } from '../image-tree.ts';
import { inChunks, type Layout, savedImage, type TarFile, tarOf } from '../saved-image.fixture.ts';
import { compileSearch } from './byte-search.ts';
import { describeForm, describePlace } from './describe-leak.ts';
import { createImageAudit, type ImageAuditOptions } from './image-audit.ts';
import type { FilePlace } from './leak.ts';
import { zipOf } from './packed-files.fixture.ts';
import { ANOTHER_TOKEN, cleanImages, FORMS, file, PLACES, rowsOf, UNREAD } from './planted-leaks.fixture.ts';

const CLASSIC = `ghp_${randomBytes(27).toString('base64').replace(/[+/]/g, 'x')}`;
const AWKWARD = `p@ss/${randomBytes(9).toString('base64')}"+~ü&=%\\${randomBytes(6).toString('hex')}`;
const SHORT = `Zq7#${randomBytes(4).toString('hex')}`;

async function audit(saved: Readable, secrets: readonly Secret[], options: ImageAuditOptions = {}) {
  const search = createImageAudit(compileSearch(secrets), options);
  const found = search.findings(await readImage('acme/erp:1', saved, { listener: search.listener }));
  return { ...found, leaks: rowsOf(found.leaks), cleanLayers: [...found.cleanLayers] };
}

async function auditLayers(layers: readonly (readonly TarFile[])[], token: string, layout?: Layout) {
  return audit(await savedImage(layers, layout, 65_536), [new Secret('PAT', token)]);
}

/** A saved image with a configuration. */
async function described(config: object, layer: readonly TarFile[] = [['a', 'x']]): Promise<Readable> {
  const saved = await tarOf([
    file('l/layer.tar', await tarOf(layer)),
    ['c.json', JSON.stringify(config)],
    ['manifest.json', JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['l/layer.tar'] }])],
  ]);
  return inChunks(saved, 4096);
}

describe.each(PLACES.map((place) => [place.name, place] as const))('a token in %s', (_, place) => {
  test.each(FORMS.map((form) => [form.name, form] as const))('%s', async (__, form) => {
    const { leaks } = await auditLayers(await place.layers(form.write(CLASSIC)), CLASSIC);
    const found = leaks.filter((leak) => leak.isKnown && form.form.test(leak.form));
    const places = found.map((leak) => leak.place as FilePlace);
    expect(places.filter(({ path, layer }) => place.path.test(path) && layer.number === 1)).toEqual(places);
    const inside = places.map((each) => each.inside.join(' > '));
    expect(inside).toContainEqual(expect.stringMatching(place.inside ?? /^$/));
    expect(JSON.stringify(leaks)).not.toContain(CLASSIC);
  });
});

describe.each([
  ['with signs that encodings change', AWKWARD],
  ['that is short', SHORT],
])('a secret %s', (_, token) => {
  test.each(FORMS.map((form) => [form.name, form] as const))('%s', async (__, form) => {
    const { leaks } = await auditLayers([[file('a', form.write(token))]], token);
    expect(leaks.filter((leak) => leak.isKnown && form.form.test(leak.form))).not.toEqual([]);
  });
});

test.each(['legacy', 'oci', 'oci-gzip'] satisfies Layout[])('in the layout %s', async (layout) => {
  const layers: readonly (readonly TarFile[])[] = [[['a', 'x']], [file('b', Buffer.from(CLASSIC))]];
  const { leaks } = await auditLayers(layers, CLASSIC, layout);
  expect(leaks).toMatchObject([{ severity: 'error', place: { path: 'b', layer: { number: 2, total: 2 } } }]);
});

test.each<[string, TarFile, string]>([
  ['a name', [`tmp/${CLASSIC}/x`, ''], 'tmp/'],
  ['a long name', [`${'d'.repeat(120)}/${CLASSIC}`, ''], 'ddd'],
  ['a long name without an extension', [`${'d/'.repeat(50)}${CLASSIC}/${'e'.repeat(60)}`, ''], 'd/d'],
  ['a link', ['etc/link', '', { type: 'symlink', linkname: `/x/${CLASSIC}` }], 'etc/link'],
  ['an extended attribute', ['bin/x', '', { pax: { 'SCHILY.xattr.user.note': CLASSIC } }], 'bin/x'],
])('in %s', async (_, entry, path) => {
  const { leaks } = await auditLayers([[entry, ['other', 'x']]], CLASSIC);
  expect(leaks.map(({ place }) => place)).toMatchObject([{ kind: 'file', isInName: true }]);
  expect(leaks.map(({ place }) => (place as FilePlace).path)).toEqual([expect.stringContaining(path)]);
});

const ATBB = 'ATBBR9vX2mKq7TbN4sYw8LzJ6hDf3GcP';

describe('in the configuration', () => {
  test.each<[string, object, string]>([
    [
      'environment',
      { config: { Env: ['PATH=/bin', `PAT=${AWKWARD}`] } },
      "the image's environment variable PAT",
    ],
    ['a label', { config: { Labels: { 'com.acme.clone': AWKWARD } } }, "the image's label com.acme.clone"],
    ['the command', { config: { Cmd: ['sh', '-c', `login ${AWKWARD}`] } }, "the image's config.Cmd.2"],
    [
      'the history',
      { history: [{ created_by: `RUN |1 PAT=${AWKWARD} /bin/sh -c x` }] },
      "the image's history entry 1",
    ],
    ['anything else', { author: Buffer.from(AWKWARD).toString('base64') }, "the image's author"],
  ])('%s', async (_, config, place) => {
    const { leaks } = await audit(await described(config), [new Secret('PAT', AWKWARD)]);
    expect(leaks.map((leak) => describePlace(leak.place))).toContain(place);
    expect(leaks.every(({ severity }) => severity === 'error')).toBe(true);
  });
});

test('a leak has the instruction of its layer, a count, and the layer that deletes it', async () => {
  const layers: readonly (readonly TarFile[])[] = [
    [['logs/'], file('logs/bench.log', Buffer.from(`${CLASSIC}\nand again ${CLASSIC}`))],
    [['logs/.wh..wh..opq']],
  ];
  const blobs = await Promise.all(layers.map(tarOf));
  const saved = await tarOf([
    ...blobs.map((blob, index) => file(`${index}.tar`, blob)),
    [
      'c.json',
      JSON.stringify({
        history: [
          { created_by: 'ENV A=b', empty_layer: true },
          { created_by: 'RUN /bin/sh -c bench init # buildkit' },
          { created_by: 'RUN /bin/sh -c rm -r logs # buildkit' },
        ],
        rootfs: { diff_ids: ['sha256:aa', 'sha256:bb'] },
      }),
    ],
    ['manifest.json', JSON.stringify([{ Config: 'c.json', Layers: ['0.tar', '1.tar'] }])],
  ]);
  const {
    leaks,
    cleanLayers,
    layers: seen,
  } = await audit(inChunks(saved, 999), [new Secret('PAT', CLASSIC)]);
  expect(leaks).toMatchObject([
    {
      secret: 'PAT',
      form: 'raw',
      count: 2,
      place: {
        path: 'logs/bench.log',
        layer: { number: 1, total: 2, digest: 'sha256:aa', instruction: 'RUN bench init' },
        deletedBy: { number: 2, instruction: 'RUN rm -r logs' },
      },
    },
  ]);
  expect(describePlace((leaks[0] as (typeof leaks)[number]).place)).toBe(
    'logs/bench.log (layer 1 of 2, deleted by layer 2)',
  );
  expect(describeForm(leaks[0] as (typeof leaks)[number])).toBe('unencoded');
  expect(cleanLayers).toEqual([['sha256:bb', { unread: [], unreadOmitted: 0 }]]);
  expect(seen).toEqual({ searched: 2, total: 2 });
});

test('a secret that is split over two objects of a pack is found in the result of the delta', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-pack-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
  try {
    git('init', '-q');
    const lines = Array.from({ length: 3000 }, (_, index) => `${index}`).join('\n');
    const half = CLASSIC.length / 2;
    for (const [index, text] of [`${CLASSIC.slice(0, half)}${'z'.repeat(40)}`, CLASSIC].entries()) {
      await writeFile(join(folder, 'config'), `${lines}\n${text}\n${'tail\n'.repeat(index * 100)}`);
      git('add', '.');
      git('commit', '-q', '-m', `${index}`);
    }
    git('repack', '-a', '-d', '-q', '-f');
    const packs = join(folder, '.git/objects/pack');
    const name = (await readdir(packs)).find((each) => each.endsWith('.pack')) ?? '';
    const pack = await readFile(join(packs, name));
    expect(execFileSync('git', ['verify-pack', '-v', join(packs, name)], { encoding: 'utf8' })).toMatch(
      /chain length = 1: 1 object/,
    );
    const { leaks, unread } = await auditLayers([[file('a.pack', pack)]], CLASSIC);
    expect(leaks).toMatchObject([{ form: 'raw', count: 1, place: { path: 'a.pack' } }]);
    expect(unread).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('zstd as packed by zstd itself', async () => {
  const packed = Buffer.from(ZSTD, 'base64');
  const { leaks } = await auditLayers([[file('a.zst', packed)]], 'ghp_R9vX2mKq7TbN4sYw8LzJ6hDf3GcP5aUe1QrS');
  expect(leaks).toMatchObject([{ form: 'raw', count: 3, place: { path: 'a.zst', inside: ['zstd'] } }]);
});

test('large packed files, and files after them', async () => {
  const noise = randomBytes(3_000_000);
  const big = gzipSync(Buffer.concat([noise, noise, Buffer.from(` ${CLASSIC} `)]), { level: 1 });
  const layer: readonly TarFile[] = [file('big.gz', big), file('small.gz', gzipSync(Buffer.from(CLASSIC)))];
  const many = zipOf([
    ['noise', noise],
    ['zeros', Buffer.alloc(9_000_000)],
    ['last', Buffer.from(CLASSIC)],
  ]);
  const { leaks, unread } = await auditLayers([[...layer, file('many.zip', many)]], CLASSIC);
  const paths = new Set(leaks.map(({ place }) => (place as FilePlace).path));
  expect([...paths].sort()).toEqual(['big.gz', 'many.zip', 'small.gz']);
  expect(leaks.some(({ place }) => (place as FilePlace).inside.includes('gzip'))).toBe(true);
  expect(unread).toEqual([]);
});

test('a damaged file is searched as far as possible, and reported', async () => {
  const packed = gzipSync(Buffer.concat([Buffer.from(`${CLASSIC} `), randomBytes(500_000)]));
  const { leaks, unread, cleanLayers } = await auditLayers(
    [
      [
        file(
          'a.gz',
          Buffer.concat([packed.subarray(0, 300_000), randomBytes(1000), packed.subarray(301_000)]),
        ),
      ],
    ],
    CLASSIC,
  );
  expect(leaks.some(({ place }) => (place as FilePlace).inside.includes('gzip'))).toBe(true);
  expect(unread).toMatchObject([{ path: 'a.gz' }]);
  expect(cleanLayers).toEqual([]);
});

test('a file of a zip that cannot be unpacked is reported, and those after it are searched', async () => {
  const [locked, open] = [{ isEncrypted: true }, {}].map((options) =>
    zipOf([['a', Buffer.from(CLASSIC)]], options).subarray(0, -22),
  ) as [Buffer, Buffer];
  const zip = Buffer.concat([locked, open]);
  const { leaks, unread } = await auditLayers([[file('a.zip', zip)]], CLASSIC);
  expect(leaks).toMatchObject([{ form: 'raw', count: 1, place: { path: 'a.zip', inside: ['a'] } }]);
  expect(unread).toEqual([{ path: 'a.zip', inside: ['a'], why: 'It is encrypted.' }]);
  const cut = await auditLayers([[file('a.zip', open.subarray(0, -9))]], CLASSIC);
  expect(cut.unread).toMatchObject([{ path: 'a.zip', inside: ['a'] }]);
});

describe('never clean, but unread:', () => {
  test.each(UNREAD)('%s', async (_, bytes, inside) => {
    const { leaks, unread, cleanLayers } = await auditLayers([[file('opt/a', bytes)]], CLASSIC);
    expect(leaks).toEqual([]);
    expect(cleanLayers).toEqual([[expect.stringMatching(/^sha256:/), { unread, unreadOmitted: 0 }]]);
    expect(unread).toHaveLength(1);
    expect(unread).toMatchObject([{ path: 'opt/a' }]);
    expect(unread[0]?.inside.join(' > ')).toMatch(inside);
  });

  test('more than are listed', async () => {
    const many = Array.from({ length: 503 }, (__, index) =>
      file(`${index}.7z`, Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1')),
    );
    const { unread, unreadOmitted } = await auditLayers([many], CLASSIC);
    expect({ listed: unread.length, unreadOmitted }).toEqual({ listed: 500, unreadOmitted: 3 });
  });
});

test('a secret that chunks and windows cut at every place', async () => {
  for (let shift = 0; shift < CLASSIC.length; shift += 3) {
    const content = Buffer.concat([
      Buffer.alloc(300_000 + shift, 'ab'),
      Buffer.from(CLASSIC),
      Buffer.alloc(600_000),
    ]);
    const saved = await savedImage([[file('a', content)]], 'oci', 1021);
    expect((await audit(saved, [new Secret('PAT', CLASSIC)])).leaks).toHaveLength(1);
  }
});

describe('no alarm for', () => {
  test.each(cleanImages(CLASSIC))('%s', async (name, files) => {
    const { leaks, unread } = await auditLayers([files], CLASSIC);
    // Half of a token with another half may be somebody's token.
    expect(leaks.filter(({ isKnown }) => isKnown)).toEqual([]);
    if (name !== ANOTHER_TOKEN) expect(leaks).toEqual([]);
    expect(unread).toEqual([]);
  });
});

test('what looks like a token is none in a line of base64', async () => {
  const line = `Qk1+/0aB${ATBB}`.padEnd(76, 'aB3/');
  const texts = {
    line,
    'cut.txt': `Qk1+/0aB ${ATBB}/aB`,
    url: `https://x-token-auth:${ATBB}@bitbucket.org/a/b`,
  };
  const { leaks } = await auditLayers([Object.entries(texts)], CLASSIC);
  expect(leaks.map(({ place }) => place)).toMatchObject([{ path: 'cut.txt' }, { path: 'url' }]);
});

describe('warnings', () => {
  test('a short password', async () => {
    const { leaks } = await auditLayers([[['a', 'the password is x7Kp2mQ9']]], 'x7Kp2mQ9');
    expect(leaks).toMatchObject([{ severity: 'warning', isKnown: true }]);
  });

  test.each(['123', 'admin', 'swordfish', 'summer2026', '123456', '20261128'])(
    'none for %s, which stands anywhere, in any encoding',
    async (value) => {
      const encodings = ['utf8', 'hex', 'base64', 'utf16le'] as const;
      const files = encodings.map((encoding): [string, Buffer] => [
        encoding,
        encoding === 'utf16le'
          ? Buffer.from(value, encoding)
          : Buffer.from(Buffer.from(value).toString(encoding)),
      ]);
      expect((await auditLayers([files], value)).leaks).toEqual([]);
    },
  );

  test.each([
    [`ghp_${'R9vX2mKq7TbN4sYw8LzJ6hDf3GcP5aUe1QrS'}`, 'a token of GitHub (ghp_…)'],
    [
      `github_pat_11ABCDEFG0${'R9vX2mKq7TbN4sYw8LzJ_6hDf3GcP5aUe1QrSR9vX2mKq7TbN4s'}`,
      'a token of GitHub (github_pat_…)',
    ],
    ['glpat-R9vX2mKq7TbN4sYw8LzJ', 'a token of GitLab (glpat-…)'],
    ['gldt-R9vX2mKq7TbN4sYw8LzJ', 'a token of GitLab (gldt-…)'],
    ['glptt-R9vX2mKq7TbN4sYw8LzJ', 'a token of GitLab (glptt-…)'],
    ['glrt-R9vX2mKq7TbN4sYw8LzJ', 'a token of GitLab (glrt-…)'],
    ['glsoat-R9vX2mKq7TbN4sYw8LzJ', 'a token of GitLab (glsoat-…)'],
    ['npm_R9vX2mKq7TbN4sYw8LzJ6hDf3GcP5aUe1QrS', 'a token of npm (npm_…)'],
    ['dckr_pat_R9vX2mKq7TbN4sYw8LzJ6hDf3Gc', 'a token of Docker Hub (dckr_pat_…)'],
    ['xoxb-8305712946-R9vX2mKq7TbN4sYw8LzJ', 'a token of Slack (xoxb-…)'],
    [ATBB, 'a token of Bitbucket (ATBB…)'],
    [`ghs_12345_${'R9vX2mKq7TbN4sYw8LzJ.6hDf3GcP5aUe1QrSR9vX2'}`, 'a token of GitHub (ghs_…)'],
  ])('%#: what looks like a token', async (token, secret) => {
    const shifts = Array.from({ length: 32 }, (_, shift) => shift);
    const files = shifts.map((shift): [string, string] => [`${shift}`, `${' '.repeat(shift)}x${token}@e`]);
    const { leaks } = await auditLayers([[...files, ['alone', token]]], CLASSIC);
    const warning = { severity: 'warning', isKnown: false, form: 'token-shaped', secret };
    const places = [...shifts.map(String), 'alone'];
    expect(leaks).toEqual(
      places.map((path) => expect.objectContaining({ ...warning, place: expect.objectContaining({ path }) })),
    );
  });
});

test('layers that were found clean are skipped, and what is unread of them stays unread', async () => {
  const sealed = (name: string) => file(name, Buffer.from('\xfd7zXZ\0\0\0', 'latin1'));
  const base = [sealed('base.xz'), ['a', 'x'] as const];
  const secrets = [new Secret('PAT', CLASSIC)];
  const first = await audit(await savedImage([base, [sealed('old.xz')]]), secrets);
  const known = new Map(first.cleanLayers);
  const knownClean = (digest: string) => known.get(digest);
  const same = await audit(await savedImage([base, [sealed('old.xz')]]), secrets, { knownClean });
  expect(same).toEqual({ ...first, cleanLayers: [], layers: { searched: 0, total: 2 } });
  const other = [[sealed('new.xz')], base, [file('b', Buffer.from(CLASSIC))], base];
  const later = await audit(await savedImage(other), secrets, { knownClean });
  expect(later.unread.map(({ path }) => path)).toEqual(['new.xz', 'base.xz']);
  expect(later).toMatchObject({
    leaks: [{ place: { path: 'b' } }],
    layers: { searched: 2, total: 4 },
    cleanLayers: [[expect.anything(), { unread: [{ path: 'new.xz' }] }]],
  });
});

/** `seq 1 400` with the token after 100, 200 and 300, by `zstd -19`. */
const ZSTD =
  'KLUv/QRozQ4ApjpuHFBVKR0AwArvnlmiUPRQPVd1E7L3llJiZqYpZg1gAHoAYgDjjcO4xEMsxCQesYgrpnjiIC560IImemihS5MeHeiaxyxmmmeWuTPnzWEuechCJnlkkStTnhzk6qOLTn269Hb29dCLDy448eHCy8nHA689tti0Z8vu5t4Oux6L6VnufAFbutvN7nWH7uIe3IKbuIdbuMtN7nEH7toe22KbtmdbtrvN7W2H7Qp7hC3CprAnbAm7YTPshY3ABQYsAgUcmAIgAKASOHhAAWwwwNCAAQyEgAcSEBYIQAEXyKAOaKCCBxMcwq561KKmemqpW7NeHeoaj7EY03jGMu6YAbc2a692qF1jj7HF2DT2jC1jd2yOvbHD2CX2EFuITWKP2CJ2xabYEzuIXbQHbUGbaA9toV3apD3agXbNHrPFbJo9s2V2Z3P2ZofZJXvIFrJJ9sgW2ZVN2ZMdZFf36Bbd1D0NhyBXtW3btm3btm3btm3btm3btm3btm3btm3btm3btm3btm3btm3btr0kSZIkSZIkSZIkSZIkSZIkSZIkSZIkSZIkSZIkSZIkSZIkSZIk51V71Ba1qfbUllqAx6gR8LP/fwbg9wzi3///3yqRBWAltFHVBm8rVQF8eIxU';
