import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asBackupFailure } from '../deploy/back-up-site.ts';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { findTemporaryFiles } from '../disk/temporary-files.ts';
import { createWholeFolder, removeWholeFolder } from '../disk/whole-folder.ts';
import { isSameRepository, parseReference } from '../engine/images/image-reference.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import type { Finding } from '../errors/finding.ts';
import { findingOf } from '../flow/finding-of.ts';
import { readBackupManifest, writeBackupManifest } from '../manifests/backup-manifest.ts';
import { newestFirst, type StoredBackup, storedBackup, type WritableBackupStore } from './backup-store.ts';

/** As `deploymentId` makes them. */
const ID = /^\d{8}T\d{6}Z-/;

/**
 * Backups in a folder, each in a folder of its own. Those of other sites in it are not seen.
 * @param image of the site
 */
export function openFolderStore(path: string, image: string): WritableBackupStore {
  return {
    name: path,
    async list() {
      const backups: StoredBackup[] = [];
      const problems: Finding[] = [];
      for (const id of await ifMissing(readdir(path), [])) {
        if (!ID.test(id)) continue;
        const folder = join(path, id);
        try {
          const manifest = await readBackupManifest(folder);
          if (isSameRepository(parseReference(manifest.release.reference).repository, image))
            backups.push(storedBackup(manifest, folder));
        } catch (error) {
          if (!isDeBuildError(error)) throw error;
          problems.push({ ...findingOf(error), severity: 'warning' });
        }
      }
      return { backups: newestFirst(backups), problems };
    },
    async create(id, write) {
      const folder = join(path, id);
      const made = makeFolders(path, 0o700).then(async () => {
        await removeAbandoned(path);
        return createWholeFolder(folder, async (temporary) => {
          const written = await write(temporary);
          await writeBackupManifest(temporary, written);
          return written;
        });
      });
      const manifest = await made.catch((error: unknown) => {
        throw asBackupFailure(folder, error);
      });
      return { backup: storedBackup(manifest, folder), manifest };
    },
    open: async ({ location }, use) => use(location, await readBackupManifest(location)),
    async remove(backups) {
      for (const { location } of backups) await removeWholeFolder(location);
    },
  };
}

/** Another site may be writing there; a week is longer than any backup takes. */
const ABANDONED_MS = 7 * 24 * 3600 * 1000;

async function removeAbandoned(path: string): Promise<void> {
  for (const left of await findTemporaryFiles(path)) {
    const { mtimeMs } = await stat(left);
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(left, { recursive: true, force: true });
  }
}
