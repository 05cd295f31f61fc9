import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { digestFile } from '../archive/write-archive.ts';
import type { Engine } from '../engine/engine.ts';
import { archiveDamaged } from '../errors/restore-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { FileArchive } from '../manifests/archives.ts';
import { measureProgress } from '../progress/progress.ts';
import type { RestoreMethod } from './restore-method.ts';

/** Loads the image from an archive. */
export function archiveMethod(
  { archive, path }: { readonly archive: FileArchive; readonly path: string },
  engine: Pick<Engine, 'images'>,
  { emit, signal }: Pick<Tools, 'emit' | 'signal'>,
): RestoreMethod {
  const total = archive.sizeBytes;
  const meterOf = (title: string) =>
    measureProgress({ id: `${title} ${path}`, title: `${title} ${path}`, unit: 'bytes', total }, emit);
  return {
    kind: 'archive',
    from: path,
    async check() {
      try {
        const { size } = await stat(path);
        if (size === total) return { state: 'available' };
        return { state: 'damaged', why: `It has ${size} bytes, and ${total} were recorded.` };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const why = code === 'ENOENT' ? 'There is no such file.' : `It cannot be read (${code}).`;
        return { state: 'missing', why };
      }
    },
    async restore() {
      const checking = meterOf('Checking');
      const sha256 = await digestFile(path, signal, checking.set);
      checking.end();
      if (sha256 !== archive.sha256)
        throw archiveDamaged(path, `Its SHA-256 is ${sha256}, and ${archive.sha256} was recorded.`);
      const loading = meterOf('Loading');
      const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
      stream.on('data', (chunk) => loading.add(chunk.length));
      await engine.images.load(stream, signal);
      loading.end();
      return undefined;
    },
  };
}
