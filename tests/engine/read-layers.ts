import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { SharedEngine } from '@de-build/testbed';
import { extract } from 'tar-stream';

export interface FileInLayer {
  readonly path: string;
  readonly type: string;
  /** Octal, the permission bits only: engines differ in whether they write the kind into it, too. */
  readonly mode: string;
  readonly owner: string;
  /** ISO 8601; absent for a folder. */
  readonly time?: string;
  readonly link: string;
  readonly device: string;
  readonly hash: string;
}

/** Everything in the layers of an image that come after the first `skip`, from `docker save`. */
export async function readLayers(
  shared: SharedEngine,
  image: string,
  { skip }: { skip: number },
): Promise<readonly (readonly FileInLayer[])[]> {
  const saving = spawn(shared.dockerCli.command, ['save', image], {
    env: { ...process.env, ...shared.dockerCli.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const files = new Map<string, Buffer>();
  const entries = extract();
  saving.stdout.pipe(entries);
  for await (const entry of entries) files.set(entry.header.name, await contentOf(entry));
  if (saving.exitCode === null) await once(saving, 'exit');
  const [manifest] = JSON.parse(String(files.get('manifest.json'))) as [{ Layers: string[] }];
  return Promise.all(manifest.Layers.slice(skip).map((layer) => readLayer(files.get(layer) as Buffer)));
}

async function readLayer(tar: Buffer): Promise<readonly FileInLayer[]> {
  const files: FileInLayer[] = [];
  const entries = extract();
  Readable.from([tar]).pipe(entries);
  for await (const entry of entries) {
    const { name, type, mode, uid, gid, mtime, linkname, devmajor, devminor } = entry.header;
    files.push({
      path: name.replace(/\/$/, ''),
      type: type ?? '',
      mode: ((mode ?? 0) & 0o7777).toString(8),
      owner: `${uid}:${gid}`,
      ...(type === 'directory' ? {} : { time: mtime?.toISOString() ?? '' }),
      link: linkname ?? '',
      device: `${devmajor}:${devminor}`,
      hash: createHash('sha256')
        .update(await contentOf(entry))
        .digest('hex'),
    });
  }
  return files;
}

async function contentOf(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
