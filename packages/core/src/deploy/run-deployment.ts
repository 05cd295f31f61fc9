import { join } from 'node:path';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { deploymentFailed } from '../errors/deploy-failures.ts';
import { backUpSite, learnSiteConfig } from './back-up-site.ts';
import { type Deployment, readBefore } from './deployment.ts';
import { type DeploymentRun, isMigrated, list, savedStage, servedSites } from './deployment-run.ts';
import { migrateSite } from './migrate-site.ts';
import { pause, pauseTitle, startWorkers } from './pause-workers.ts';
import { finishSwap, gate, swap, swapOf } from './put-into-service.ts';
import { restoreDatabase } from './restore-database.ts';
import { removeBeside, startBeside } from './swap-services.ts';

/**
 * Deploys, or finishes a deployment: every stage is saved when it begins and when it ends. Until the swap a failure is undone,
 * and what ran before serves again.
 */
export async function runDeployment(run: DeploymentRun): Promise<void> {
  const { deployment, tools } = run;
  // A rollback that was interrupted may have taken a database back.
  const wasSwapping =
    deployment.stages.some(({ name }) => name === 'swap') &&
    deployment.sites.every((site) => !isMigrated(site) || site.migration === 'done');
  if (!wasSwapping) await prepare(run, '`de-build deploy --resume`');
  try {
    await savedStage(run, 'swap', `Replacing ${deployment.from.reference}`, () => swap(run));
    await savedStage(run, 'gate', `Checking ${list(deployment.sites)}`, () =>
      gate(run, (check) => finishSwap(run, check)),
    );
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    deployment.state = 'failed';
    await run.save();
    throw deploymentFailed(error, servingAfter(run));
  }
}

/**
 * What comes before the swap: the databases are backed up and migrated, if there is something to migrate. A failure is undone,
 * and what ran before serves again.
 * @param resume the command that finishes it, when it is interrupted while it migrates
 */
export async function prepare(run: DeploymentRun, resume: string): Promise<void> {
  const { deployment, tools } = run;
  try {
    const isMigration = deployment.sites.some(isMigrated);
    if (!isMigration && startsBeside(deployment))
      await savedStage(run, 'start', `Starting ${deployment.to.reference} beside what runs`, () =>
        startBeside(swapOf(run)),
      );
    await savedStage(run, 'pause', pauseTitle(deployment, isMigration), () => pause(run, isMigration));
    if (isMigration) {
      // In maintenance mode nobody is served by them; and what cannot start must not find a migrated database.
      await savedStage(run, 'backup', `Backing up ${list(deployment.sites)}`, () =>
        allOf([backup(run), ...(startsBeside(deployment) ? [startBeside(swapOf(run))] : [])]),
      );
      await savedStage(run, 'migrate', `Migrating ${list(deployment.sites)}`, () => migrate(run));
    }
  } catch (error) {
    // After an interrupt, the migration may still run in its container.
    const mayMigrate = deployment.sites.some(({ migration }) => migration === 'started');
    if (!tools.signal.aborted || !mayMigrate) await undo(run);
    else
      tools.done(
        `The migration may still run in its container. Finish with ${resume}, or end it and go back with \`de-build rollback\`.`,
      );
    throw error;
  }
}

/** Not where no service is replaced, or all are taken down first. */
function startsBeside({ kind, full }: Deployment): boolean {
  return kind === undefined && full !== true;
}

async function backup({ bench, deployment, files, save, tools }: DeploymentRun): Promise<void> {
  for (const site of deployment.sites) {
    await learnSiteConfig(bench, site.name, tools.redactor);
    // Of an earlier run: the database may be half migrated by now, and what was saved before that is the backup.
    if (site.dump !== undefined && site.migration !== undefined) continue;
    const folder = files.backups;
    const saved = await backUpSite({ bench, site: site.name, folder, withFiles: false }, tools);
    const { file, ...database } = saved.database;
    site.dump = { path: join(folder, file), ...database, at: saved.at, config: saved.config };
    await save();
  }
}

async function migrate({ bench, deployment, files, save, tools, engine }: DeploymentRun): Promise<void> {
  await bench.listApps();
  for (const site of deployment.sites) {
    if (!isMigrated(site) || site.migration === 'done') continue;
    site.migration = 'started';
    await save();
    await migrateSite(
      { site: site.name, bench, containers: engine.containers, log: files.log(site.name) },
      tools,
    );
    site.migration = 'done';
    site.migratedAt = await bench.siteTime(site.name);
    await save();
  }
}

/** Fails when all have ended, with the first failure. */
async function allOf(all: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(all);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** Puts the databases back that a migration began to change, and starts what ran before. */
async function undo(run: DeploymentRun): Promise<void> {
  const { deployment, bench, files, save, tools } = run;
  if (startsBeside(deployment)) await removeBeside(swapOf(run));
  const migrations = deployment.stages.filter(({ name }) => name === 'migrate').length;
  // The list of touched tables knows nothing of a migration by an earlier run.
  const isFirst = migrations === 1;
  if (migrations > 0) {
    for (const site of deployment.sites.filter(({ migration }) => migration !== undefined)) {
      await restoreDatabase(bench, site, tools, isFirst && site.migration === 'started' ? 'touched' : 'all');
      site.migration = 'undone';
      await save();
    }
    await bench.writeAppList((await readBefore(files)).appList);
    await bench.run(['--site', 'all', 'clear-cache']);
  }
  await bench.setMaintenance(servedSites(deployment), false);
  await startWorkers(run);
  deployment.state = 'undone';
  await save();
}

function servingAfter({ deployment }: DeploymentRun): string {
  const served = servedSites(deployment);
  return `The containers of ${deployment.to.reference} were started; ${served.join(', ')} ${served.length === 1 ? 'is' : 'are'} in maintenance mode.`;
}
