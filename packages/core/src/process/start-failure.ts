import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import {
  programArgumentsTooLong,
  programFolderUnusable,
  programMissing,
  programNotExecutable,
  programNotStarted,
} from '../errors/process-failures.ts';

/** Node gives ENOENT and EACCES for the program and for its folder alike, so the folder is looked at. */
export async function startFailure(
  error: unknown,
  { program, folder }: { readonly program: string; readonly folder: string },
): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !STARTING.has(code)) return error;
  // Node adds all arguments, which may be megabytes.
  delete (error as { spawnargs?: unknown }).spawnargs;
  if (code === 'E2BIG') return programArgumentsTooLong(program, error);
  const obstacle = await findObstacle(folder);
  if (obstacle !== undefined) return programFolderUnusable(program, { folder, cause: obstacle });
  if (code === 'ENOENT') return programMissing(program, error);
  if (code === 'EACCES') return programNotExecutable(program, error);
  return programNotStarted(program, error);
}

const STARTING: ReadonlySet<string> = new Set([
  'E2BIG',
  'EACCES',
  'EAGAIN',
  'EMFILE',
  'ENFILE',
  'ENOENT',
  'ENOMEM',
  'ENOTDIR',
  'EPERM',
]);

async function findObstacle(folder: string): Promise<unknown> {
  try {
    if (!(await stat(folder)).isDirectory()) return Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.X_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}
