import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type TarFile, tarOf } from '../saved-image.fixture.ts';
import type { Leak } from './leak.ts';
import {
  arOf,
  behindSkippable,
  gitPack,
  looseObject,
  oldTarOf,
  storedZstd,
  zipBehind,
  zipOf,
} from './packed-files.fixture.ts';

/** A way to write a secret into a file. */
export interface PlantedForm {
  readonly name: string;
  /** The form that the audit should report, or a related one. */
  readonly form: RegExp;
  write(secret: string): Buffer;
}

/** A way to put bytes into an image. */
export interface PlantedPlace {
  readonly name: string;
  /** Files of each layer, the lowest first. */
  layers(content: Buffer): Promise<readonly (readonly TarFile[])[]>;
  /** The path that the audit should report. */
  readonly path: RegExp;
  readonly inside?: RegExp;
}

const BEFORE = 'https://x-access-token:';
const BEHIND = '@git.example.com/acme/erp.git\n';
const around = (text: string) => Buffer.from(`[remote "origin"]\n\turl = ${BEFORE}${text}${BEHIND}`);
const document = (secret: string, pad: number) =>
  Buffer.from(
    `${' '.repeat(pad)}[{"url": "https://${secret}@git.example.com/acme/erp.git", "branch": "main"}]\n`.repeat(
      3,
    ),
  );

function wrapped(text: string, columns: number, newline = '\n'): string {
  return text.replace(new RegExp(`.{${columns}}`, 'g'), `$&${newline}`);
}

function lines(text: string): string[] {
  return text.split('\n');
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

/** Independent of `encodedForms`, with Node's own encoders. */
export const FORMS: readonly PlantedForm[] = [
  { name: 'raw', form: /^raw$/, write: (secret) => around(secret) },
  ...[0, 1, 2].map(
    (pad): PlantedForm => ({
      name: `base64 at offset ${pad}`,
      form: /^base64/,
      write: (secret) => Buffer.from(`x: ${document(secret, pad).toString('base64')}\n`),
    }),
  ),
  ...[0, 1, 2].map(
    (pad): PlantedForm => ({
      name: `base64url at offset ${pad}`,
      form: /^base64/,
      write: (secret) => Buffer.from(document(secret, pad).toString('base64url')),
    }),
  ),
  {
    name: 'base64 wrapped at 76 columns',
    form: /^base64/,
    write: (secret) => Buffer.from(wrapped(document(secret, 1).toString('base64'), 76)),
  },
  {
    name: 'base64 wrapped at 64 columns with CR LF',
    form: /^base64/,
    write: (secret) => Buffer.from(wrapped(document(secret, 2).toString('base64'), 64, '\r\n')),
  },
  {
    name: 'base64 wrapped, with its lines reversed (tac)',
    form: /^base64/,
    write: (secret) =>
      Buffer.from(
        lines(wrapped(document(secret, 0).toString('base64'), 76))
          .reverse()
          .join('\n'),
      ),
  },
  {
    name: 'base64 wrapped, with each line reversed (rev)',
    form: /^base64/,
    write: (secret) =>
      Buffer.from(
        lines(wrapped(document(secret, 1).toString('base64'), 60))
          .map(reversed)
          .join('\n'),
      ),
  },
  {
    name: 'base64 wrapped, in JSON',
    form: /^base64/,
    write: (secret) =>
      Buffer.from(JSON.stringify({ data: wrapped(document(secret, 0).toString('base64'), 72) })),
  },
  {
    name: 'base64 wrapped and indented',
    form: /^base64/,
    write: (secret) => Buffer.from(wrapped(document(secret, 2).toString('base64'), 76, '\n    ')),
  },
  { name: 'URL-encoded', form: /^url|^raw/, write: (secret) => around(encodeURIComponent(secret)) },
  {
    name: 'URL-encoded, every byte in lower case',
    form: /^url/,
    write: (secret) => around(Buffer.from(secret).toString('hex').replace(/../g, '%$&')),
  },
  { name: 'JSON-escaped', form: /^json|^raw/, write: (secret) => around(JSON.stringify(secret)) },
  {
    name: 'JSON in JSON',
    form: /^json|^raw/,
    write: (secret) => around(JSON.stringify(JSON.stringify({ token: secret }))),
  },
  { name: 'hex', form: /^hex$/, write: (secret) => around(Buffer.from(secret).toString('hex')) },
  {
    name: 'HEX',
    form: /^hex$/,
    write: (secret) => around(Buffer.from(secret).toString('hex').toUpperCase()),
  },
  {
    name: 'hex wrapped at 60 columns',
    form: /^hex$/,
    write: (secret) => Buffer.from(wrapped(document(secret, 0).toString('hex'), 60)),
  },
  {
    name: 'UTF-16 LE',
    form: /^utf-16$/,
    write: (secret) => Buffer.from(`\ufefftoken=${secret}\r\n`, 'utf16le'),
  },
  {
    name: 'UTF-16 BE',
    form: /^utf-16$/,
    write: (secret) => Buffer.from(`\ufefftoken=${secret}\r\n`, 'utf16le').swap16(),
  },
  {
    name: 'base64 of UTF-16',
    form: /^base64/,
    write: (secret) => Buffer.from(Buffer.from(`$token = "${secret}"`, 'utf16le').toString('base64')),
  },
  {
    name: 'base64 of JSON that holds base64',
    form: /^base64/,
    write(secret) {
      const auth = Buffer.from(`x-access-token:${secret}`).toString('base64');
      return Buffer.from(
        `.dockerconfigjson: ${Buffer.from(JSON.stringify({ auths: { 'git.example.com': { auth } } })).toString('base64')}\n`,
      );
    },
  },
  {
    name: 'raw, wrapped',
    form: /^raw$/,
    write: (secret) => Buffer.from(wrapped(`machine git.example.com login x password ${secret} end`, 52)),
  },
];

const padding = Buffer.alloc(300_000, 'some ordinary text of a file, ');

/** As the tar writer takes it, which takes buffers too. */
export function file(path: string, bytes: Buffer): TarFile {
  return [path, bytes as unknown as string];
}

export const PLACES: readonly PlantedPlace[] = [
  {
    name: 'a file',
    path: /^home\/frappe\/config$/,
    layers: async (content) => [[file('home/frappe/config', content)], [['other', 'x']]],
  },
  {
    name: 'a file that a later layer deletes',
    path: /^root\/\.netrc$/,
    layers: async (content) => [[['root/'], file('root/.netrc', content)], [['root/.wh..netrc']]],
  },
  {
    name: 'the end of a large file',
    path: /^var\/log\/bench\.log$/,
    layers: async (content) => [[file('var/log/bench.log', Buffer.concat([padding, content]))]],
  },
  {
    name: 'gzip',
    path: /log\.gz$/,
    inside: /gzip/,
    layers: async (content) => [[file('var/log/bench.log.gz', gzipSync(Buffer.concat([padding, content])))]],
  },
  {
    name: 'a tar',
    path: /backup\.tar$/,
    inside: /etc\/secret/,
    layers: async (content) => [[file('backup.tar', await tarOf([['etc/'], file('etc/secret', content)]))]],
  },
  {
    name: 'a tar.gz in a tar',
    path: /outer\.tar$/,
    inside: /inner\.tgz.*gzip.*deep\/file/,
    layers: async (content) => {
      const inner = gzipSync(await tarOf([file('deep/file', content)]));
      return [[file('outer.tar', await tarOf([file('a/inner.tgz', inner)]))]];
    },
  },
  {
    name: 'zstd',
    path: /dump\.zst$/,
    inside: /zstd/,
    layers: async (content) => [[file('srv/dump.zst', storedZstd(Buffer.concat([padding, content])))]],
  },
  {
    name: 'a zip',
    path: /erp\.whl$/,
    inside: /^erp\/config\.py$/,
    layers: async (content) => [
      [
        file(
          'root/.cache/erp.whl',
          zipOf([
            ['erp/__init__.py', Buffer.alloc(0)],
            ['erp/config.py', content],
          ]),
        ),
      ],
    ],
  },
  {
    name: 'a gzip in a zip whose sizes follow its files',
    path: /backup\.zip$/,
    inside: /^log\.gz > gzip$/,
    layers: async (content) => {
      const packed = gzipSync(Buffer.concat([padding, content]));
      return [
        [
          file(
            'backup.zip',
            zipOf(
              [
                ['a', padding],
                ['log.gz', packed],
              ],
              { sizesBehind: true },
            ),
          ),
        ],
      ];
    },
  },
  {
    name: 'a tar.gz that a zip stores',
    path: /outer\.zip$/,
    inside: /^inner\.tgz > gzip > deep\/file$/,
    layers: async (content) => {
      const inner = gzipSync(await tarOf([file('deep/file', content)]));
      return [[file('outer.zip', zipOf([['inner.tgz', inner]], { isStored: true }))]];
    },
  },
  {
    name: 'a git object',
    path: /\.git\/objects\//,
    inside: /zlib/,
    layers: async (content) => [[file(...looseObject(content))]],
  },
  {
    name: 'a git pack',
    path: /\.git\/objects\/pack\/pack-\w+\.pack$/,
    inside: /object at \d+/,
    layers: async (content) => [[file('srv/app/.git/objects/pack/pack-ab12.pack', gitPack([content]))]],
  },
  {
    name: 'a zip behind a script',
    path: /app\.pyz$/,
    inside: /^acme\/config\.py$/,
    layers: async (content) => {
      const files = [
        ['__main__.py', padding],
        ['acme/config.py', content],
      ] as const;
      return [[file('opt/app.pyz', zipBehind(Buffer.from('#!/usr/bin/env python3\n'), files))]];
    },
  },
  {
    name: 'a zip behind a zip',
    path: /two\.zip$/,
    inside: /^config$/,
    layers: async (content) => [[file('two.zip', zipBehind(zipOf([['a', padding]]), [['config', content]]))]],
  },
  {
    name: 'zstd behind a skippable frame',
    path: /dump\.zst$/,
    inside: /zstd/,
    layers: async (content) => {
      const one = behindSkippable(storedZstd(padding));
      return [[file('dump.zst', Buffer.concat([one, behindSkippable(storedZstd(content))]))]];
    },
  },
  {
    name: 'gzip in a tar older than POSIX',
    path: /old\.tar$/,
    inside: /^log\.gz > gzip$/,
    layers: async (content) => [
      [file('old.tar', await oldTarOf([['etc/'], ['a', 'x'], file('log.gz', gzipSync(content))]))],
    ],
  },
  {
    name: 'gzip in a tar behind a tar',
    path: /both\.tar$/,
    inside: /^log\.gz > gzip$/,
    layers: async (content) => {
      const tars = [await tarOf([['a', 'x']]), await tarOf([file('log.gz', gzipSync(content))])];
      return [[file('both.tar', Buffer.concat(tars))]];
    },
  },
  ...[false, true].map(
    (isBsd): PlantedPlace => ({
      name: isBsd ? 'an ar of BSD' : 'a Debian package',
      path: /erp\.deb$/,
      inside: /^data\.tar\.gz > gzip > deep\/file$/,
      layers: async (content) => {
        const data = gzipSync(await tarOf([file('deep/file', content)]));
        const members = [
          ['debian-binary', Buffer.from('2.0')],
          ['data.tar.gz', data],
        ] as const;
        return [[file('erp.deb', arOf(members, isBsd))]];
      },
    }),
  ),
  {
    name: 'brotli',
    path: /app\.js\.br$/,
    inside: /brotli/,
    layers: async (content) => [[file('app.js.br', brotliCompressSync(Buffer.concat([padding, content])))]],
  },
  {
    name: 'zlib with a window of 512 bytes',
    path: /small\.z$/,
    inside: /zlib/,
    layers: async (content) => [
      [file('small.z', deflateSync(Buffer.concat([padding, content]), { windowBits: 9 }))],
    ],
  },
];

const repeatedly = (times: number, pack: (bytes: Buffer) => Buffer, content: Buffer) =>
  Array.from({ length: times }).reduce<Buffer>(pack, content);
const sealed = (magic: string) => Buffer.concat([Buffer.from(magic, 'latin1'), randomBytes(5000)]);

/** Files that are not unpacked, or not completely, with the path that the audit should report. */
export const UNREAD: readonly (readonly [name: string, bytes: Buffer, inside: RegExp])[] = [
  ['xz that is damaged', sealed('\xfd7zXZ\0\0\x04'), /^$/],
  ['bzip2 that is damaged', sealed('BZh91AY&SY'), /^$/],
  ['7z', sealed('7z\xbc\xaf\x27\x1c\0\x04'), /^$/],
  ['lz4 that is damaged', sealed('\x04\x22\x4d\x18\x64\x40\xa7'), /^$/],
  ['lz4 behind a skippable frame', behindSkippable(sealed('\x04\x22\x4d\x18\x64\x40\xa7')), /^$/],
  ['lzma', sealed(`\x5d\0\0\x80\0${'\xff'.repeat(8)}`), /^$/],
  ['cpio', sealed('070701'), /^$/],
  ['compress', sealed('\x1f\x9d\x90'), /^$/],
  ['xz in a Debian package', arOf([['data.tar.xz', sealed('\xfd7zXZ\0\0\x04')]]), /^data\.tar\.xz$/],
  ['xz in gzip', gzipSync(sealed('\xfd7zXZ\0\0\x04')), /^gzip$/],
  ['an ar that breaks off', arOf([['a', padding]]).subarray(0, 5000), /^$/],
  ['a zip behind a program', zipBehind(sealed('\x7fELF'), [['a', padding]]), /^$/],
  ['gzip that holds nothing', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), /^$/],
  ['gzip 26 deep', repeatedly(26, (bytes) => gzipSync(bytes), padding), /^gzip( > gzip){8}$/],
  ['ar 40 deep', repeatedly(40, (bytes) => arOf([['a', bytes]]), padding), /^a( > a){32}$/],
  [
    'zstd that needs a dictionary',
    Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0x38, 7]), padding]),
    /^$/,
  ],
];

/** Not the secret, but a token. */
export const ANOTHER_TOKEN = 'a secret that begins alike';

/** Images without a secret, with content that looks like a secret or like an archive. */
export function cleanImages(secret: string): readonly (readonly [name: string, files: readonly TarFile[]])[] {
  const half = Math.floor(secret.length / 2);
  const other = secret.slice(0, half) + [...secret.slice(half)].reverse().join('');
  const written = document(secret, 0);
  const halfway = written.subarray(0, written.indexOf(secret) + half);
  const noise = (bytes: number) => randomBytes(bytes);
  const text = Buffer.from('The quick brown fox jumps over the lazy dog.\n'.repeat(5000));
  return [
    ['nothing', []],
    ['text', [file('a.txt', text)]],
    ['random bytes', [file('a.bin', noise(3_000_000))]],
    [
      'base64 of random bytes',
      [file('a.b64', Buffer.from(wrapped(noise(1_500_000).toString('base64'), 76)))],
    ],
    ['hex of random bytes', [file('a.hex', Buffer.from(noise(700_000).toString('hex')))]],
    ['zeros', [file('a.img', Buffer.alloc(2_000_000))]],
    ['gzip', [file('a.gz', gzipSync(Buffer.concat([text, noise(200_000)])))]],
    ['zstd', [file('a.zst', storedZstd(Buffer.concat([text, noise(200_000)])))]],
    ['a git object', [file(...looseObject(text))]],
    ['a git pack', [file('a.pack', gitPack([text, noise(50_000), Buffer.alloc(0)]))]],
    [
      'a zip',
      [
        file(
          'a.zip',
          zipOf([
            ['a', text],
            ['b', noise(200_000)],
          ]),
        ),
      ],
    ],
    ['half of the secret', [file('a', around(secret.slice(0, half)))]],
    ['the other half', [file('a', around(secret.slice(half)))]],
    ['the halves in another order', [file('a', around(secret.slice(half) + secret.slice(0, half)))]],
    [ANOTHER_TOKEN, [file('a', around(other))]],
    ['a secret with another end', [file('a', around(`${secret.slice(0, -2)}__`))]],
    ['half of the base64', [file('a', Buffer.from(halfway.toString('base64')))]],
    ['its placeholder', [file('a', around('${PAT_DESIRED_EFFECT}'))]],
    ['as many other characters', [file('a', around('x'.repeat(secret.length)))]],
    [
      'what begins like an archive',
      [
        file('a.gz', Buffer.from([0x1f, 0x8b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])),
        file('b.pack', Buffer.from('PACKAGES: none of git')),
        file('c', Buffer.from('x^2 + y^2 = z^2')),
        file('c.z', Buffer.from(`8O8 ${'is as good as a header of zlib. '.repeat(9000)}`)),
        file('c.br', text),
        file('c.js', Buffer.from(`${' '.repeat(257)}ustar\\x20 is what a tar begins with${' '.repeat(300)}`)),
        file('c.bz2', Buffer.from('BZh91 begins like bzip2')),
        file('c.a', Buffer.from('!<arch> without a line break')),
        file('c.sh', Buffer.from('#!/bin/sh\nprintf PK\u0003\u0004')),
        file('c.exe', Buffer.concat([noise(100_000), Buffer.from('PK\u0005\u0006'), noise(500)])),
        file('d.zip', Buffer.from('PK\u0003\u0004 are the signs that a zip begins with')),
      ],
    ],
    [
      'examples of tokens',
      [
        file(
          'README',
          Buffer.from(
            `ghp_${'x'.repeat(36)} ghp_1234567890${'abcdefghijklmnopqrstuvwxyz'} glpat-${'0'.repeat(20)}`,
          ),
        ),
      ],
    ],
    ['the secret in upper case', [file('a', around(secret.toUpperCase()))]],
  ];
}

/** A row for each form of each secret in each place. */
export function rowsOf(leaks: readonly Leak[]) {
  return leaks.flatMap(({ severity, secret, isKnown, places }) =>
    places.flatMap(({ place, forms }) =>
      forms.map((form) => ({ severity, secret, isKnown, place, ...form })),
    ),
  );
}
