import { filesIncomplete } from '../../errors/backup-failures.ts';
import type { Bench } from './bench.ts';
import type { UploadedFiles } from './bench-answers.ts';
import { type SavedFile, type SaveOptions, saveStream } from './save-stream.ts';
import { readTar } from './stream-readers.ts';

/** Uploaded files of a site as a tar on disk. */
export interface SavedFiles extends SavedFile {
  readonly files: number;
}

/**
 * Packs the uploaded files of a site; links are packed as links. The tar exists only if it is complete.
 * @throws DeBuildError `files-incomplete`, `bench-tool-failed`, `engine-*`; the error of the file system
 */
export async function saveFiles(
  bench: Bench,
  site: string,
  kind: UploadedFiles,
  options: SaveOptions,
): Promise<SavedFiles> {
  const { path, sizeBytes, sha256, files } = await saveStream({
    ...options,
    source: (onOutput) => bench.packFiles(site, kind, onOutput, options.signal),
    reader: readTar(),
    incomplete: (why) => filesIncomplete(site, kind, why),
  });
  return { path, sizeBytes, sha256, files };
}
