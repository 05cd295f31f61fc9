import { dumpIncomplete } from '../../errors/backup-failures.ts';
import type { Bench } from './bench.ts';
import { type SavedFile, type SaveOptions, saveStream } from './save-stream.ts';
import { readDump } from './stream-readers.ts';

/** A dump of a database on disk. */
export interface SavedDump extends SavedFile {
  readonly unpackedBytes: number;
}

/**
 * Dumps the database of a site into a file: it exists only if the dump is complete.
 * @throws DeBuildError `dump-incomplete`, `bench-tool-failed`, `engine-*`; the error of the file system
 */
export function saveDump(bench: Bench, site: string, options: SaveOptions): Promise<SavedDump> {
  return saveStream({
    ...options,
    source: (onOutput) => bench.dump(site, onOutput, options.signal),
    reader: readDump(),
    incomplete: (why) => dumpIncomplete(site, why),
  });
}
