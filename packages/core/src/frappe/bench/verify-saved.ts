import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { backupDamaged } from '../../errors/backup-failures.ts';
import { systemAnswer } from '../../errors/system-answer.ts';
import type { SavedFile } from './save-stream.ts';
import type { StreamReader } from './stream-readers.ts';

export interface VerifySavedOptions<Found> {
  /** Reads the content to its end, too. */
  readonly reader?: StreamReader<Found>;
  readonly onBytes?: (bytes: number) => void;
}

/** Reads a file of a backup, and compares it with what was saved. @throws DeBuildError `backup-damaged` */
export async function verifySaved<Found>(
  { path, sha256 }: Pick<SavedFile, 'path' | 'sha256'>,
  { reader, onBytes }: VerifySavedOptions<Found> = {},
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      onBytes?.(bytes);
      await reader?.write(chunk as Buffer);
    }
  } catch (error) {
    reader?.destroy();
    throw backupDamaged(path, `It cannot be read (${systemAnswer(error)}).`);
  }
  const problem = await reader?.end().then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (hash.digest('hex') !== sha256) throw backupDamaged(path, 'Its content is not what was saved.');
  if (problem !== undefined) throw backupDamaged(path, problem);
}
