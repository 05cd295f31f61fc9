import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Deployment, filesOf, readDeployments } from '../deploy/deployment.ts';
import { removeWholeFolder } from '../disk/whole-folder.ts';
import { backupDamaged } from '../errors/backup-failures.ts';
import type { BackupManifest } from '../manifests/backup-manifest.ts';
import { type BackupStore, storedBackup } from './backup-store.ts';

/** What deployments saved of the sites before they migrated them. */
export function openDeploymentStore(deployments: string): BackupStore {
  const folderOf = (id: string) => filesOf(deployments, id).backups;
  return {
    name: deployments,
    async list() {
      const backups = [];
      for (const deployment of await readDeployments(deployments)) {
        const folder = folderOf(deployment.id);
        const manifest = manifestOf(deployment, folder);
        if (manifest.sites.length > 0 && (await exists(folder))) backups.push(storedBackup(manifest, folder));
      }
      return { backups, problems: [] };
    },
    async open({ id, location }, use) {
      const found = (await readDeployments(deployments)).find((one) => one.id === id);
      if (found === undefined) throw backupDamaged(location, 'The state of its deployment does not exist.');
      return use(location, manifestOf(found, location));
    },
    async remove(backups) {
      for (const { location } of backups) await removeWholeFolder(location);
    },
  };
}

function manifestOf({ id, startedAt, project, by, from, sites }: Deployment, folder: string): BackupManifest {
  return {
    schemaVersion: 1,
    id,
    at: startedAt,
    cause: 'deployment',
    ...{ project, by, release: from, apps: [] },
    sites: sites.flatMap(({ name, dump }) => {
      if (dump === undefined) return [];
      const { path, at, sizeBytes, sha256, config } = dump;
      return [{ name, at, database: { file: relative(folder, path), sizeBytes, sha256 }, config }];
    }),
  };
}

function exists(path: string): Promise<boolean> {
  return access(join(path, '.')).then(
    () => true,
    () => false,
  );
}
