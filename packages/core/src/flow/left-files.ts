import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findTemporaryFiles } from '../disk/temporary-files.ts';
import type { SiteConfig } from '../site/site-config.ts';

/**
 * What a run was writing when it died: files that have not got their names yet, and a rebuild's own folder. Only under the site's lock, for only then is nobody
 * at it.
 * @param site absolute path
 * @returns absolute paths
 */
export async function findLeftFiles(
  site: string,
  config: Pick<SiteConfig, 'env' | 'manifests'>,
): Promise<readonly string[]> {
  const own = join(site, '.de-build');
  const env = await realpath(resolve(site, config.env)).catch(() => resolve(site, config.env));
  const found = await Promise.all([
    findTemporaryFiles(own),
    findTemporaryFiles(join(own, 'archives')),
    findTemporaryFiles(resolve(site, config.manifests), (name) => name?.endsWith('.json') === true),
    findTemporaryFiles(dirname(env), (name) => name === basename(env)),
  ]);
  // Where a rebuild lays out what it builds from; one that changes nothing has a name of its own.
  const rebuild = join(own, 'rebuild');
  const isThere = await stat(rebuild).then(
    () => true,
    () => false,
  );
  return [...found.flat(), ...(isThere ? [rebuild] : [])];
}
