import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Content becomes visible with `commit` only. */
export interface ContentWriter {
  readonly length: number;
  append(data: Buffer): Promise<void>;
  /** @throws RangeError when the content has another digest */
  commit(digest: string): Promise<void>;
  /** Discards what is not committed. */
  close(): Promise<void>;
}

/**
 * @param path of the file until then; it must not exist
 * @param pathOf where content of a digest goes
 */
export async function openContentWriter(
  path: string,
  pathOf: (digest: string) => string,
): Promise<ContentWriter> {
  let file: FileHandle | undefined = await open(path, 'wx', 0o600);
  const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') };
  let length = 0;
  return {
    get length() {
      return length;
    },
    async append(data) {
      await file?.writeFile(data);
      for (const hash of Object.values(hashes)) hash.update(data);
      length += data.length;
    },
    async commit(digest) {
      const target = pathOf(digest);
      const algorithm = digest.startsWith('sha512') ? 'sha512' : 'sha256';
      const actual = `${algorithm}:${hashes[algorithm].digest('hex')}`;
      if (actual !== digest) throw new RangeError(`The content is ${actual}, not ${digest}`);
      await file?.sync();
      await file?.close();
      file = undefined;
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(path, target);
    },
    async close() {
      if (file === undefined) return;
      await file.close();
      file = undefined;
      await unlink(path);
    },
  };
}
