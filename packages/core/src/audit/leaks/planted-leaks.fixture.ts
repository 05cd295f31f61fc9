import { createHash } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { type TarFile, tarOf } from '../saved-image.fixture.ts';

/** A way to write a secret into a file. */
export interface PlantedForm {
  readonly name: string;
  /** The form that the audit should call it, or one of its kin. */
  readonly form: RegExp;
  write(secret: string): Buffer;
}

/** A way to put bytes into an image. */
export interface PlantedPlace {
  readonly name: string;
  /** Files of each layer, the lowest first. */
  layers(content: Buffer): Promise<readonly (readonly TarFile[])[]>;
  /** Where the audit should say that they are. */
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

/** Written apart from `encodedForms`, with Node's own encoders. */
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
    name: 'raw, wrapped',
    form: /^raw$/,
    write: (secret) => Buffer.from(wrapped(`machine git.example.com login x password ${secret} end`, 52)),
  },
];

const padding = Buffer.alloc(300_000, 'some ordinary text of a file, ');

/** A zlib-compressed object as git writes it, with its path. */
export function looseObject(content: Buffer): readonly [path: string, bytes: Buffer] {
  const object = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
  const name = createHash('sha1').update(object).digest('hex');
  return [`srv/app/.git/objects/${name.slice(0, 2)}/${name.slice(2)}`, deflateSync(object)];
}

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
    name: 'a git object',
    path: /\.git\/objects\//,
    inside: /zlib/,
    layers: async (content) => [[file(...looseObject(content))]],
  },
];
