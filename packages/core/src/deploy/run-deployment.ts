import { rm } from 'node:fs/promises';
import type { Compose } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import { writeWhole } from '../disk/write-whole.ts';
import type { Engine } from '../engine/engine.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { deploymentFailed } from '../errors/deploy-failures.ts';
import { inStage } from '../flow/stage.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { runsBench } from '../frappe/bench/runs-bench.ts';
import { saveDump } from '../frappe/bench/save-dump.ts';
import { parseJson } from '../parse-json.ts';
import { measureProgress } from '../progress/progress.ts';
import { Secret } from '../secrets/secret.ts';
import { hasSensitiveName } from '../site/sensitive-key.ts';
import { type DeployedSite, type Deployment, type DeploymentFiles, readBefore } from './deployment.ts';
import { migrateSite } from './migrate-site.ts';
import { restoreDatabase } from './restore-database.ts';
import { runGates } from './run-gates.ts';
import { waitForServices } from './wait-for-services.ts';
import { waitForSite } from './wait-for-site.ts';

/** What the stages of a deployment work with. */
export interface DeploymentRun {
  readonly deployment: Deployment;
  readonly project: RunningProject;
  readonly engine: Pick<Engine, 'containers'>;
  readonly compose: Compose;
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
const SWAP_WITHIN_MS = 10 * 60_000;

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
  if (!wasSwapping) {
    try {
      const isMigration = deployment.sites.some(isMigrated);
      await savedStage(run, 'pause', pauseTitle(deployment, isMigration), () => pause(run, isMigration));
      if (isMigration) {
        await savedStage(run, 'backup', `Backing up ${list(deployment.sites)}`, () => backup(run));
        await savedStage(run, 'migrate', `Migrating ${list(deployment.sites)}`, () => migrate(run));
      }
    } catch (error) {
      // After an interrupt, the migration may still run in its container.
      const mayMigrate = deployment.sites.some(({ migration }) => migration === 'started');
      if (!tools.signal.aborted || !mayMigrate) await undo(run);
      else
        tools.done(
          'The migration may still run in its container. Finish with `de-build deploy --resume`, or end it and go back with `de-build rollback`.',
        );
      throw error;
    }
  }
  try {
    await savedStage(run, 'swap', `Starting ${deployment.to.reference}`, () => swap(run));
    await savedStage(run, 'gate', `Checking ${list(deployment.sites)}`, () => gate(run));
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    deployment.state = 'failed';
    await run.save();
    throw deploymentFailed(error.what, error.why, servingAfter(run), error.output);
  }
}

export function isMigrated({ patches, doctypes }: Pick<DeployedSite, 'patches' | 'doctypes'>): boolean {
  return patches.length > 0 || doctypes.length > 0;
}

export async function savedStage(
  { deployment, save, tools }: Pick<DeploymentRun, 'deployment' | 'save' | 'tools'>,
  name: string,
  title: string,
  work: () => Promise<void>,
): Promise<void> {
  const entry: Deployment['stages'][number] = {
    name,
    state: 'started',
    startedAt: tools.now().toISOString(),
  };
  deployment.stages.push(entry);
  await save();
  try {
    await inStage(tools, { stage: name, title }, work);
    entry.state = 'done';
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
  { project, engine, bench, deployment }: DeploymentRun,
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
  for (const { name } of deployment.sites) await bench.run(['--site', name, 'set-maintenance-mode', 'on']);
}

async function backup({ bench, deployment, files, save, tools }: DeploymentRun): Promise<void> {
  for (const site of deployment.sites) {
    const config = await bench.siteConfig(site.name);
    // The traceback of a failed migration may print them.
    for (const secret of secretsIn(config)) tools.redactor.add(secret);
    // Of an earlier run: the database may be half migrated by now, and what was saved before that is the backup.
    if (site.dump !== undefined && site.migration !== undefined) continue;
    const path = files.dump(site.name);
    await rm(path, { force: true });
    const id = `backup ${site.name}`;
    const meter = measureProgress({ id, title: `Dumping ${site.name}`, unit: 'bytes' }, tools.emit);
    const at = await bench.siteTime(site.name);
    const saved = await saveDump(bench, site.name, { path, signal: tools.signal, onBytes: meter.set });
    meter.end();
    await writeWhole(files.siteConfig(site.name), config, { mode: 0o600 });
    site.dump = { ...saved, at };
    await save();
  }
}

/** Passwords and keys of a site_config.json. */
function secretsIn(config: string): readonly Secret[] {
  const values = (parseJson(config) ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'string' && value !== '' && hasSensitiveName(key) ? [new Secret(key, value)] : [],
  );
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

/** The frontend last: it looks up the address of the backend once, when it starts. */
export async function swap({ compose, deployment, engine, project, tools }: DeploymentRun): Promise<void> {
  tools.done(
    `Services of ${deployment.to.reference} were started; \`de-build deploy --resume\` finishes it.`,
  );
  const names = Object.keys(deployment.services);
  const frontend = names.filter((name) => name === deployment.frontend);
  const others = names.filter((name) => name !== deployment.frontend);
  for (const services of [others, frontend])
    if (services.length > 0) await compose.up(services, SWAP_WITHIN_MS, deployment.services);
  await waitForServices(engine.containers, {
    project: project.name,
    services: deployment.services,
    imageId: deployment.to.imageId,
    signal: tools.signal,
  });
}

/** Maintenance mode ends here; where a site is not served then, it is on again. */
export async function gate({ bench, deployment, gates, tools }: DeploymentRun): Promise<void> {
  const { frontend } = deployment;
  const base = `http://${frontend}:8080`;
  for (const { name } of deployment.sites) await bench.run(['--site', name, 'clear-cache']);
  const served = deployment.sites.filter(({ maintenance }) => !maintenance);
  const setMaintenance = async (state: 'on' | 'off') => {
    for (const { name } of served) await bench.run(['--site', name, 'set-maintenance-mode', state]);
  };
  await setMaintenance('off');
  try {
    for (const { name } of frontend === undefined ? [] : served)
      await waitForSite(bench, { base, site: name, signal: tools.signal });
    await runGates(gates, deployment, tools);
  } catch (error) {
    await setMaintenance('on');
    throw error;
  }
}

/** Puts the databases back that a migration began to change, and starts what ran before. */
async function undo(run: DeploymentRun): Promise<void> {
  const { deployment, bench, project, engine, files, save, tools } = run;
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
    for (const { name } of deployment.sites) await bench.run(['--site', name, 'clear-cache']);
  }
  for (const { name, maintenance } of deployment.sites)
    if (!maintenance) await bench.run(['--site', name, 'set-maintenance-mode', 'off']);
  const workers = project.containers.filter(({ service }) => deployment.workers.includes(service));
  await Promise.all(workers.map(({ id }) => engine.containers.start(id)));
  deployment.state = 'undone';
  await save();
}

function servingAfter({ deployment }: DeploymentRun): string {
  const served = deployment.sites.filter(({ maintenance }) => !maintenance).map(({ name }) => name);
  return `The containers of ${deployment.to.reference} were started; ${served.join(', ')} ${served.length === 1 ? 'is' : 'are'} in maintenance mode.`;
}

export function list(sites: readonly { readonly name: string }[]): string {
  return sites.map(({ name }) => name).join(', ');
}
