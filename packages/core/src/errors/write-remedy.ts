/** How to make the folder of records writable again, by the system's name for what failed. */
export function writeRemedy(code: string): string {
  return REMEDIES[code] ?? 'Check that the folder exists and can be written to.';
}

const FREE = 'Free some disk space (`de-build prune` frees build cache).';
const ALLOW = 'Give the user who runs de-build permission to write there.';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: FREE,
  EDQUOT: FREE,
  EROFS: 'Mount the file system read-write, or change `manifests` in de-build.json.',
  EACCES: ALLOW,
  EPERM: ALLOW,
  EIO: 'Check the disk.',
};
