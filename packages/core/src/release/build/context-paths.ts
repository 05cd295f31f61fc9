import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { findTemporaryFiles } from '../../disk/temporary-files.ts';
import { SITE_FOLDER } from '../../flow/site-folder.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { BuildFiles } from '../plan/decision.ts';

/** Where the context is, and what of it the build never gets: files that hold secrets, or change with every release. */
export async function contextOf({ folder, containerfile }: BuildFiles, config: SiteConfig) {
  const contextFolder = resolve(folder, config.context);
  const env = resolve(folder, config.env);
  const copies = await findTemporaryFiles(dirname(env), (name) => name === basename(env)).catch(() => []);
  const secretFiles = Object.values(config.secrets).flatMap((source) =>
    'file' in source ? [source.file] : [],
  );
  const others = [config.apps, SITE_FOLDER, config.manifests, ...secretFiles].map((path) =>
    resolve(folder, path),
  );
  const paths = [env, ...copies, ...others];
  // Also the file that a link leads to, from wherever the folders really are.
  const real = await Promise.all([contextFolder, ...paths].map((path) => realpath(path).catch(() => path)));
  const [realContext = contextFolder, ...realPaths] = real;
  const within = [...pathsWithin(contextFolder, paths), ...pathsWithin(realContext, realPaths)];
  return { contextFolder, containerfile, neverSend: [...new Set(within)] };
}

function pathsWithin(folder: string, paths: readonly string[]): string[] {
  return paths
    .map((path) => relative(folder, path))
    .filter((path) => path !== '' && !/^\.\.(?:[/\\]|$)/.test(path) && !isAbsolute(path))
    .map((path) => path.split(sep).join('/'));
}
