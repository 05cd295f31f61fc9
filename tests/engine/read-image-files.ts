import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { SharedEngine } from '@de-build/testbed';
import { extract } from 'tar-stream';

export interface FileInImage {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly owner: string;
  readonly mtime: number;
  readonly link: string;
  readonly hash: string;
}

/** Everything that lies in `/c` of an image, without the folder itself, whose time is that of its making. */
export async function readFiles(
  shared: SharedEngine,
  image: { readonly id: string },
): Promise<readonly FileInImage[]> {
  const run = (args: readonly string[]) =>
    execFileSync(shared.dockerCli.command, args, {
      env: { ...process.env, ...shared.dockerCli.env },
      maxBuffer: 64 * 1024 * 1024,
    });
  const container = run(['create', image.id, 'x']).toString().trim();
  try {
    const files: FileInImage[] = [];
    const entries = extract();
    Readable.from([run(['cp', `${container}:/c`, '-'])]).pipe(entries);
    for await (const entry of entries) {
      const { name, type, mode, uid, gid, mtime, linkname } = entry.header;
      const hash = createHash('sha256');
      for await (const chunk of entry) hash.update(chunk as Buffer);
      if (name === 'c/') continue;
      files.push({
        path: name.replace(/\/$/, ''),
        type: type ?? '',
        mode: mode ?? 0,
        owner: `${uid}:${gid}`,
        mtime: mtime?.getTime() ?? 0,
        link: linkname ?? '',
        hash: hash.digest('hex'),
      });
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    run(['rm', '-f', container]);
  }
}
