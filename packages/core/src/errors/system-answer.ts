/** The system's own name for what failed: `ENOSPC`. */
export function systemCode(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : 'an unknown error';
}

/** `ENOSPC: the disk is full` */
export function systemAnswer(cause: unknown): string {
  const code = systemCode(cause);
  return `${code}: ${explain(code)}`;
}

/** The meaning of a system error code. */
export function explain(code: string): string {
  return EXPLANATIONS[code] ?? 'the file system refused';
}

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "the user's quota of disk space is used up",
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  ENOTDIR: 'part of the path is not a folder',
  EEXIST: 'a file has the name of the folder',
  EIO: 'the disk reported an error',
};
