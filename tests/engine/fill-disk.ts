import { closeSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const PAGE = 4096;
const LARGEST = 2e9;

/** Takes all space but a page or more, so that a file can be begun and not finished; `filler` takes it. */
export function fillDisk(disk: string, pagesLeft = 1): void {
  const { blocks, bsize } = statfsSync(disk);
  if (blocks * bsize > LARGEST) throw new Error(`${disk} is no disk of a test`);
  const file = openSync(join(disk, 'filler'), 'w');
  const bytes = Buffer.alloc(256 * PAGE, 'x');
  let size = 0;
  try {
    for (;;) size += writeSync(file, bytes);
  } catch {
    ftruncateSync(file, size - pagesLeft * PAGE);
  } finally {
    closeSync(file);
  }
}
