import { join } from 'node:path';
import type { Compose, ResolvedProject } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import type { Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { deploymentFailed } from '../errors/deploy-failures.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { runsBench } from '../frappe/bench/runs-bench.ts';
import { backUpSite, learnSiteConfig } from './back-up-site.ts';
import { checkWorkers } from './check-workers.ts';
import { type DeployedSite, type Deployment, type DeploymentFiles, readBefore } from './deployment.ts';
import { migrateSite } from './migrate-site.ts';
import { restartProject } from './restart-project.ts';
import { restoreDatabase } from './restore-database.ts';
import { runGates } from './run-gates.ts';
import type { ServiceSwap } from './service-swap.ts';
import { removeBeside, removeOld, startBeside, swapServices, swapWorkers } from './swap-services.ts';
import { waitForServices } from './wait-for-services.ts';
import { waitForSite } from './wait-for-site.ts';

/** What the stages of a deployment work with. */
export interface DeploymentRun {
  readonly deployment: Deployment;
  readonly project: RunningProject;
  readonly engine: Pick<Engine, 'containers'>;
  readonly compose: Compose;
  /** As its files describe it now. */
  readonly resolved: ResolvedProject;
  /** Of the image that is deployed. */
  readonly bench: Bench;
  readonly files: DeploymentFiles;
  /** Commands of the site that must succeed when it is served. */
  readonly gates: { readonly commands: readonly string[]; readonly folder: string };
  /** Writes the state of the deployment. */
  readonly save: () => Promise<void>;
  readonly tools: Tools;
}

/** How long jobs may take to end before their worker is stopped. */
const JOBS_WITHIN_SECONDS = 300;
/** The scheduler runs no jobs, and ignores SIGTERM as the first process of a container. */
const SCHEDULER_WITHIN_SECONDS = 1;

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

export function isMigrated({ patches, doctypes }: Pick<DeployedSite, 'patches' | 'doctypes'>): boolean {
  return patches.length > 0 || doctypes.length > 0;
}

export async function savedStage<Result>(
  { deployment, save, tools }: Pick<DeploymentRun, 'deployment' | 'save' | 'tools'>,
  name: string,
  title: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const entry: Deployment['stages'][number] = {
    name,
    state: 'started',
    startedAt: tools.now().toISOString(),
  };
  deployment.stages.push(entry);
  await save();
  try {
    const result = await inStage(tools, { stage: name, title }, work);
    entry.state = 'done';
    return result;
  } catch (error) {
    entry.state = 'failed';
    throw error;
  } finally {
    entry.endedAt = tools.now().toISOString();
    await save();
  }
}

export function pauseTitle({ workers }: Pick<Deployment, 'workers'>, isMigration: boolean): string {
  const stopped = workers.length === 0 ? 'Pausing' : `Stopping ${workers.join(', ')}`;
  return isMigration ? `${stopped}; maintenance mode on` : stopped;
}

/** Workers finish the job that they run. After that only visitors write; where data moves, maintenance mode keeps them out. */
export async function pause(
  { project, engine, bench, deployment }: Pick<DeploymentRun, 'project' | 'engine' | 'bench' | 'deployment'>,
  isMigration: boolean,
): Promise<void> {
  const workers = project.containers.filter(({ service }) => deployment.workers.includes(service));
  await Promise.all(
    workers.map(({ id, command }) =>
      engine.containers.stop(
        id,
        runsBench(command.join(' '), 'schedule') ? SCHEDULER_WITHIN_SECONDS : JOBS_WITHIN_SECONDS,
      ),
    ),
  );
  if (!isMigration) return;
  await bench.setMaintenance(names(deployment.sites), true);
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

export async function swap(run: DeploymentRun): Promise<void> {
  const { deployment, tools } = run;
  tools.done(
    `Services of ${deployment.to.reference} were started; \`de-build deploy --resume\` finishes it.`,
  );
  if (deployment.full === true) await restartProject(swapOf(run));
  else await swapServices(swapOf(run));
}

/** All services are there, and their old containers are removed when everything works. */
export async function finishSwap(run: DeploymentRun, check: () => Promise<void>): Promise<void> {
  const { deployment, engine, project, tools } = run;
  await swapWorkers(swapOf(run));
  await waitForServices(engine.containers, {
    project: project.name,
    services: deployment.services,
    imageId: deployment.to.imageId,
    signal: tools.signal,
  });
  await check();
  await removeOld(swapOf(run));
}

function swapOf({ deployment, compose, resolved, engine, bench, tools }: DeploymentRun): ServiceSwap {
  // After a gate that did not end well, the sites are in maintenance mode.
  const gated = deployment.stages.findLast(({ name }) => name === 'gate')?.state ?? 'done';
  const isHidden = deployment.sites.some(isMigrated) || gated !== 'done';
  const served = isHidden ? [] : servedSites(deployment);
  return { deployment, compose, resolved, containers: engine.containers, bench, served, tools };
}

/**
 * Maintenance mode ends here; where a site is not served then, it is on again.
 * @param startRest starts what visitors do not wait for, and makes the check that it gets
 */
export async function gate(
  {
    bench,
    deployment,
    engine,
    gates,
    tools,
  }: Pick<DeploymentRun, 'bench' | 'deployment' | 'engine' | 'gates' | 'tools'>,
  startRest: (check: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const { frontend } = deployment;
  const base = `http://${frontend}:8080`;
  await bench.run(['--site', 'all', 'clear-cache']);
  const served = servedSites(deployment);
  await bench.setMaintenance(served, false);
  try {
    for (const site of frontend === undefined ? [] : served)
      await waitForSite(bench, { base, site, signal: tools.signal });
    await startRest(async () => {
      await checkWorkers({ bench, containers: engine.containers }, deployment, served, tools);
      await runGates(gates, deployment, tools);
    });
  } catch (error) {
    await bench.setMaintenance(served, true);
    throw error;
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

/** Those that `pause` stopped. */
export async function startWorkers({
  project,
  deployment,
  engine,
}: Pick<DeploymentRun, 'project' | 'deployment' | 'engine'>): Promise<void> {
  const workers = project.containers.filter(({ service }) => deployment.workers.includes(service));
  await Promise.all(workers.map(({ id }) => engine.containers.start(id)));
}

function servingAfter({ deployment }: DeploymentRun): string {
  const served = servedSites(deployment);
  return `The containers of ${deployment.to.reference} were started; ${served.join(', ')} ${served.length === 1 ? 'is' : 'are'} in maintenance mode.`;
}

/** Those that visitors reach when they are not migrated. */
function servedSites({ sites }: Pick<Deployment, 'sites'>): readonly string[] {
  return names(sites.filter(({ maintenance }) => !maintenance));
}

function names(sites: readonly { readonly name: string }[]): readonly string[] {
  return sites.map(({ name }) => name);
}

export function list(sites: readonly { readonly name: string }[]): string {
  return names(sites).join(', ');
}
