import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { deploymentUnreadable } from '../errors/deploy-failures.ts';

const dumpSchema = z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string() });

const siteSchema = z.object({
  name: z.string(),
  /** How its maintenance mode was found. */
  maintenance: z.boolean(),
  patches: z.array(z.object({ app: z.string(), patch: z.string() })),
  doctypes: z.array(z.object({ app: z.string(), doctype: z.string(), isNew: z.boolean() })),
  /** Of its database before the migration; `at` is the time, as the site tells it. */
  dump: dumpSchema.extend({ at: z.string() }).optional(),
  migration: z.enum(['started', 'done', 'undone']).optional(),
  /** The site's own time when it was migrated: what was written later was not written by the migration. */
  migratedAt: z.string().optional(),
});

const stageSchema = z.object({
  name: z.string(),
  state: z.enum(['started', 'done', 'failed']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
});

const releaseSchema = z.object({ siteVersion: z.string(), reference: z.string(), imageId: z.string() });

export const deploymentSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  project: z.string(),
  /** What ran before. */
  from: releaseSchema,
  to: releaseSchema,
  /** `user@host` */
  by: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** `undone`: it failed before any service was replaced, and what ran before serves. `failed`: after that. */
  state: z.enum(['running', 'undone', 'failed', 'done', 'rolled-back']),
  /** The app services that are replaced, and how many containers each has. */
  services: z.record(z.string(), z.number()),
  /** Those of them that run jobs. */
  workers: z.array(z.string()),
  /** The one that visitors reach, if it was recognised. */
  frontend: z.string().optional(),
  stages: z.array(stageSchema),
  sites: z.array(siteSchema),
});

/** A deployment, as it is on disk: after each stage it says how far it came. */
export type Deployment = z.infer<typeof deploymentSchema>;
export type DeployedSite = Deployment['sites'][number];
export type DeployedRelease = Deployment['from'];

const beforeSchema = z.object({
  /** How the project was brought up. */
  folder: z.string(),
  files: z.array(z.string()),
  envFile: z.string().optional(),
  /** `sites/apps.txt` of its bench. */
  appList: z.string(),
});

/** What a deployment must know of before. */
export type BeforeDeployment = z.infer<typeof beforeSchema>;

/** The files of one deployment. */
export interface DeploymentFiles {
  readonly folder: string;
  readonly state: string;
  /** The resolved project with the images that ran before: mode 0600, for it holds the project's secrets. */
  readonly compose: string;
  /** A `BeforeDeployment`. */
  readonly before: string;
  dump(site: string): string;
  siteConfig(site: string): string;
  log(site: string): string;
}

/** @param deployments the folder of all of them */
export function filesOf(deployments: string, id: string): DeploymentFiles {
  const folder = join(deployments, id);
  return {
    folder,
    state: join(folder, 'deployment.json'),
    compose: join(folder, 'compose.json'),
    before: join(folder, 'before.json'),
    dump: (site) => join(folder, 'backups', site, 'database.sql.gz'),
    siteConfig: (site) => join(folder, 'backups', site, 'site_config.json'),
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
