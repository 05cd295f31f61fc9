import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole } from '../disk/write-whole.ts';

/** What one run at a time changes: the site's files, records and tags; or what runs live. The two don't exclude each other. */
export type LockName = 'records' | 'live';

export const SITE_FOLDER = '.de-build';

/** Every path in a site's `.de-build`, which git ignores and other users can't read. */
export interface SiteFolder {
  readonly path: string;
  /** Files of one lock: the lock itself, who holds it, and the journal of its holder. */
  readonly of: (name: LockName) => {
    readonly lock: string;
    readonly holder: string;
    readonly journal: string;
  };
  /** Bare repositories of the apps at their pinned commits. */
  readonly mirror: string;
  /** Answers of git hosts about the commits between two. */
  readonly ranges: string;
  readonly archives: string;
  /** Files of a rebuild while it runs. */
  readonly rebuild: string;
  /** A folder for each deployment: what ran before, and the backups of it. */
  readonly deployments: string;
  /** A folder for each backup. */
  readonly backups: string;
  /** A restore of a backup that is under way. */
  readonly restoring: string;
  /** The project as it runs, for what changes only some of it; holds its secrets. */
  readonly running: string;
  /** How many containers each service is to have, by project. */
  readonly scale: string;
  /** A line for each deployment and rollback. */
  readonly ledger: string;
  /** Caches: they only save time. */
  readonly contextHashes: string;
  readonly cleanLayers: string;
  readonly imageFiles: string;
  /** Makes the folder where there is none. @returns its path */
  make(): Promise<string>;
}

/** @param site absolute path */
export function siteFolder(site: string): SiteFolder {
  const path = join(site, SITE_FOLDER);
  return {
    path,
    of: (name) => {
      const prefix = name === 'records' ? '' : `${name}.`;
      return {
        lock: join(path, `${prefix}lock`),
        holder: join(path, `${prefix}lock.json`),
        journal: join(path, `${prefix}journal.json`),
      };
    },
    mirror: join(path, 'mirror'),
    ranges: join(path, 'history'),
    archives: join(path, 'archives'),
    rebuild: join(path, 'rebuild'),
    deployments: join(path, 'deployments'),
    backups: join(path, 'backups'),
    restoring: join(path, 'restoring.json'),
    running: join(path, 'running.json'),
    scale: join(path, 'scale.json'),
    ledger: join(path, 'deployments.jsonl'),
    contextHashes: join(path, 'context-hashes'),
    cleanLayers: join(path, 'clean-layers.json'),
    imageFiles: join(path, 'image-files.json'),
    async make() {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const ignore = join(path, '.gitignore');
      const exists = await stat(ignore).then(
        () => true,
        () => false,
      );
      if (!exists) await createWhole(ignore, '*\n');
      return path;
    },
  };
}
