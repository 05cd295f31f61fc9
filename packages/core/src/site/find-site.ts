import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { notASite, siteNotFound, siteUnreadable } from '../errors/site-failures.ts';

const FILES = ['de-build.json', 'apps.json', 'de-example.env'];
const FOLDERS = ['build-manifests', '.de-build'];

/**
 * The nearest site at or above a folder, as an absolute path without symbolic links; `undefined` when there is none.
 * A folder that has only a `.env` is a site when it is the starting folder and no folder above it is a site.
 * @throws DeBuildError `site-not-found` when the starting folder does not exist, `site-unreadable`
 */
export async function findSite(folder: string): Promise<string | undefined> {
  const path = resolve(folder);
  // The slash refuses a file.
  const start = await realpath(`${path}/`).catch((error) => refuse(path, error));
  for (let at = start; ; at = dirname(at)) {
    if (await hasOwnFiles(at)) return at;
    if (at === dirname(at)) return (await isSite(start)) ? start : undefined;
  }
}

/**
 * Like `findSite`, for a caller that needs one.
 * @throws DeBuildError `not-a-site`, `site-not-found`, `site-unreadable`
 */
export async function requireSite(folder: string): Promise<string> {
  const site = await findSite(folder);
  if (site === undefined) throw notASite(resolve(folder));
  return site;
}

/** Whether a folder has something that only sites have, or at least a `.env`. */
export async function isSite(folder: string): Promise<boolean> {
  return (await hasOwnFiles(folder)) || (await exists(join(folder, '.env')));
}

/** @throws DeBuildError `site-not-found`, `site-unreadable` */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error) => refuse(folder, error));
  if (!found.isDirectory()) throw siteNotFound(folder);
}

function refuse(folder: string, error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
    ? siteNotFound(folder)
    : siteUnreadable(folder, error);
}

/** What cannot be read counts as missing: an unreadable folder above the site must not hide the one above that. */
async function hasOwnFiles(folder: string): Promise<boolean> {
  const found = await Promise.all([
    ...FILES.map((name) => exists(join(folder, name))),
    ...FOLDERS.map((name) => isFolder(join(folder, name))),
  ]);
  return found.includes(true);
}

/** A dangling symbolic link counts: reading it then reports what is wrong. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
