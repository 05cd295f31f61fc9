import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A file of a tar: path, content, other fields of its header. */
export type TarFile = readonly [path: string, text?: string | Buffer, header?: Partial<Header>];

export async function tarOf(files: readonly TarFile[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, text = '', header = {}] of files) {
    const type = header.type ?? (name.endsWith('/') ? 'directory' : 'file');
    tar.entry(
      { name, mode: type === 'directory' ? 0o755 : 0o644, mtime: new Date(0), ...header, type },
      text,
    );
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export type Layout = 'legacy' | 'oci' | 'oci-gzip';

/** The output of `docker save` for these layers, in chunks of an odd size. */
export async function savedImage(
  layers: readonly (readonly TarFile[])[],
  layout: Layout = 'oci',
  chunkBytes = 777,
): Promise<Readable> {
  const tars = await Promise.all(layers.map(tarOf));
  return inChunks(layout === 'legacy' ? await legacy(tars) : await oci(tars, layout), chunkBytes);
}

export function inChunks(bytes: Buffer, chunkBytes: number): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return Readable.from(chunks);
}

/** Docker up to 24: a folder for each layer, in no useful order; a repeated layer is a link to the first. */
function legacy(tars: readonly Buffer[]): Promise<Buffer> {
  const names = tars.map((_, index) => `${index}`.padStart(64, 'a'));
  const firstOf = (tar: Buffer) => tars.findIndex((other) => other.equals(tar));
  const entries = tars.flatMap((tar, index): (TarFile | readonly [string, Buffer, Partial<Header>?])[] => {
    const layer = `${names[index]}/layer.tar`;
    const first = firstOf(tar);
    return [
      [`${names[index]}/`],
      [`${names[index]}/VERSION`, '1.0'],
      [`${names[index]}/json`, '{}'],
      first === index
        ? [layer, tar]
        : [layer, '', { type: 'symlink', linkname: `../${names[first]}/layer.tar` }],
    ];
  });
  const manifest = [
    { Config: 'config.json', RepoTags: null, Layers: names.map((name) => `${name}/layer.tar`) },
  ];
  return tarOf([
    ...(entries.reverse() as TarFile[]),
    ['config.json', configOf(tars)],
    ['manifest.json', JSON.stringify(manifest)],
    ['repositories', '{}'],
  ]);
}

/** Docker from 25 on, in OCI's image layout; with containerd's store the layers are packed. */
function oci(tars: readonly Buffer[], layout: Layout): Promise<Buffer> {
  const blobs = tars.map((tar) => (layout === 'oci-gzip' ? gzipSync(tar) : tar));
  const names = blobs.map((blob) => `blobs/sha256/${sha256(blob)}`);
  const distinct = new Map(names.map((name, index) => [name, blobs[index]] as const));
  const manifest = [{ Config: 'blobs/sha256/config', RepoTags: null, Layers: names }];
  return tarOf([
    ['blobs/'],
    ['blobs/sha256/'],
    ['blobs/sha256/config', configOf(tars)],
    ...([...distinct].reverse() as unknown as TarFile[]),
    ['index.json', '{}'],
    ['manifest.json', JSON.stringify(manifest)],
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
  ]);
}

function configOf(tars: readonly Buffer[]): string {
  return JSON.stringify({ os: 'linux', rootfs: { diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) } });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
