import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { findTemporaryFiles } from '../disk/temporary-files.ts';
import type { OpenSite } from './open-site.ts';
import type { LockName } from './site-folder.ts';

/**
 * What a run was writing when it died: files that did not get their names yet, and the folder of a rebuild. Only while
 * this run holds the lock: then no other run uses the files.
 * @returns absolute paths
 */
export async function findLeftFiles(
  { folder, own, records, config }: Pick<OpenSite, 'folder' | 'own' | 'records' | 'config'>,
  lock: LockName,
): Promise<readonly string[]> {
  const isOfLive = (name: string | undefined) => name?.startsWith('live.') === true;
  if (lock === 'live')
    return [...(await findTemporaryFiles(own.path, isOfLive)), ...(await findTemporaryFiles(own.backups))];
  const envPath = resolve(folder, config.env);
  const env = await realpath(envPath).catch(() => envPath);
  const found = await Promise.all([
    findTemporaryFiles(own.path, (name) => !isOfLive(name)),
    findTemporaryFiles(own.archives),
    findTemporaryFiles(records, (name) => name?.endsWith('.json') === true),
    findTemporaryFiles(dirname(env), (name) => name === basename(env)),
  ]);
  const hasRebuild = await stat(own.rebuild).then(
    () => true,
    () => false,
  );
  return [...found.flat(), ...(hasRebuild ? [own.rebuild] : [])];
}
