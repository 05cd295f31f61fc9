import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { deploymentUnreadable } from '../errors/deploy-failures.ts';
import { type BackupFile, backedUpSiteSchema } from '../manifests/backup-manifest.ts';

/** A release on the engine. */
export interface DeployedRelease {
  siteVersion: string;
  /** `desiredeffect/erpnext-custom:1.4.0` */
  reference: string;
  /** `sha256:…` */
  imageId: string;
}

/** A site of the bench that a deployment works on. */
export interface DeployedSite {
  name: string;
  /** Whether it was in maintenance mode before. */
  maintenance: boolean;
  /** Lines of patches.txt that were to be run, and the apps that they are of. */
  patches: readonly { readonly app: string; readonly patch: string }[];
  /** Whose file differed from what the site was migrated to. */
  doctypes: readonly { readonly app: string; readonly doctype: string; readonly isNew: boolean }[];
  /** Of its database before the migration. */
  dump?: DatabaseDump | undefined;
  migration?: 'started' | 'done' | 'undone' | undefined;
  /** The site's own time when it was migrated: what was written later was not written by the migration. */
  migratedAt?: string | undefined;
}

export interface DatabaseDump {
  /** Absolute path; packed by gzip. */
  path: string;
  sizeBytes: number;
  sha256: string;
  /** When it was begun, as the site tells the time. */
  at: string;
  /** site_config.json beside it. */
  config: BackupFile;
}

export interface DeploymentStage {
  name: string;
  state: 'started' | 'done' | 'failed';
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string | undefined;
}

/** A deployment, as it is on disk: after each stage it says how far it came. */
export interface Deployment {
  schemaVersion: 1;
  /** Begins with the time: `20261129T120000Z-1.4.0`. */
  id: string;
  /** `migrate`: only databases are migrated, by the release that runs. */
  kind?: 'migrate' | undefined;
  /** The whole project is taken down and brought up again. */
  full?: boolean | undefined;
  /** Of Compose. */
  project: string;
  /** What ran before. */
  from: DeployedRelease;
  to: DeployedRelease;
  /** `user@host` */
  by: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt?: string | undefined;
  /** `undone`: it failed before any service was replaced, and what ran before serves. `failed`: after that. */
  state: 'running' | 'undone' | 'failed' | 'done' | 'rolled-back';
  /** The app services that are replaced, and how many containers each has. */
  services: { [service: string]: number };
  /** Those of them that run jobs. */
  workers: string[];
  /** The one that visitors reach, if it was recognised. */
  frontend?: string | undefined;
  stages: DeploymentStage[];
  sites: DeployedSite[];
}

const text = z.string();
const release = z.object({ siteVersion: text, reference: text, imageId: text });

const deploymentSchema: z.ZodType<Deployment> = z.object({
  schemaVersion: z.literal(1),
  id: text,
  kind: z.literal('migrate').optional(),
  full: z.boolean().optional(),
  project: text,
  from: release,
  to: release,
  by: text,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  state: z.enum(['running', 'undone', 'failed', 'done', 'rolled-back']),
  services: z.record(text, z.number()),
  workers: z.array(text),
  frontend: text.optional(),
  stages: z.array(
    z.object({
      name: text,
      state: z.enum(['started', 'done', 'failed']),
      startedAt: z.iso.datetime(),
      endedAt: z.iso.datetime().optional(),
    }),
  ),
  sites: z.array(
    z.object({
      name: text,
      maintenance: z.boolean(),
      patches: z.array(z.object({ app: text, patch: text })),
      doctypes: z.array(z.object({ app: text, doctype: text, isNew: z.boolean() })),
      dump: z
        .object({
          path: text,
          sizeBytes: z.number(),
          sha256: text,
          at: text,
          config: backedUpSiteSchema.shape.config,
        })
        .optional(),
      migration: z.enum(['started', 'done', 'undone']).optional(),
      migratedAt: text.optional(),
    }),
  ),
});

const beforeSchema = z.object({
  /** How the project was brought up. */
  folder: z.string(),
  files: z.array(z.string()),
  envFile: z.string().optional(),
  /** `sites/apps.txt` of its bench. */
  appList: z.string(),
  /** Of the Compose files and the env file, by their paths. */
  digests: z.record(z.string(), z.string()).optional(),
});

/** What a deployment must know of before. */
export type BeforeDeployment = z.infer<typeof beforeSchema>;

/** The files of one deployment. */
export interface DeploymentFiles {
  readonly folder: string;
  readonly state: string;
  /** The resolved project with the images that ran before: mode 0600, for it holds the project's secrets. */
  readonly compose: string;
  /** The project with the images that are deployed, where its own files are on another machine; mode 0600, too. */
  readonly release: string;
  /** A `BeforeDeployment`. */
  readonly before: string;
  /** What the deployment saved of the sites before it migrated them. */
  readonly backups: string;
  log(site: string): string;
}

/** @param deployments the folder of all of them */
export function filesOf(deployments: string, id: string): DeploymentFiles {
  const folder = join(deployments, id);
  return {
    folder,
    state: join(folder, 'deployment.json'),
    compose: join(folder, 'compose.json'),
    release: join(folder, 'release.json'),
    before: join(folder, 'before.json'),
    backups: join(folder, 'backups'),
    log: (site) => join(folder, `migrate-${site}.log`),
  };
}

/** A time that sorts, and names a folder: `20261129T120000Z-1.4.0`. */
export function deploymentId(now: Date, siteVersion: string): string {
  return `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${siteVersion}`;
}

export async function saveDeployment(deployments: string, deployment: Deployment): Promise<void> {
  const { folder, state } = filesOf(deployments, deployment.id);
  await makeFolders(folder, 0o700);
  await writeWhole(state, `${JSON.stringify(deployment, null, 2)}\n`, { mode: 0o600 });
}

/** The newest deployment first. @throws DeBuildError `deployment-unreadable` */
export async function readDeployments(deployments: string): Promise<readonly Deployment[]> {
  const names = await ifMissing(readdir(deployments), []);
  const found: Deployment[] = [];
  for (const id of names.sort().reverse()) {
    const { state } = filesOf(deployments, id);
    const text = await ifMissing(readFile(state, 'utf8'), undefined);
    if (text === undefined) continue;
    try {
      found.push(deploymentSchema.parse(JSON.parse(text)));
    } catch (error) {
      throw deploymentUnreadable(state, error);
    }
  }
  return found;
}

/** @throws DeBuildError `deployment-unreadable` */
export async function readBefore({ before }: Pick<DeploymentFiles, 'before'>): Promise<BeforeDeployment> {
  try {
    return beforeSchema.parse(JSON.parse(await readFile(before, 'utf8')));
  } catch (error) {
    throw deploymentUnreadable(before, error);
  }
}
