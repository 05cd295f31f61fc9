import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isOfImage, type RunningProject } from '../compose/running-project.ts';
import type { DeployedRelease, Deployment } from '../deploy/deployment.ts';
import { list, savedStage } from '../deploy/deployment-run.ts';
import { migrateSite } from '../deploy/migrate-site.ts';
import { pause, pauseTitle, startWorkers } from '../deploy/pause-workers.ts';
import { gate } from '../deploy/put-into-service.ts';
import { recordRollback } from '../deploy/record-deployment.ts';
import { restoreDatabase } from '../deploy/restore-database.ts';
import { readUnfinishedRestore, writeUnfinishedRestore } from '../deploy/unfinished-restore.ts';
import type { Engine } from '../engine/engine.ts';
import { restoreFailed } from '../errors/backup-failures.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { thisHolder } from '../flow/lock-holder.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { runsBench } from '../frappe/bench/runs-bench.ts';
import type { BackedUpSite } from '../manifests/backup-manifest.ts';
import { makeBackup } from './back-up-sites.ts';
import type { StoredBackup, WritableBackupStore } from './backup-store.ts';

export interface RestoreRun {
  readonly site: OpenSite;
  readonly tools: Tools;
  /** Of the release that runs. */
  readonly bench: Bench;
  readonly project: RunningProject;
  readonly engine: Pick<Engine, 'containers'>;
  /** What runs. */
  readonly release: DeployedRelease;
  /** As a person would type it. */
  readonly what: string;
  readonly backup: StoredBackup;
  /** Of the backup. */
  readonly folder: string;
  readonly sites: readonly (BackedUpSite & { readonly maintenance: boolean })[];
  /** Whether uploaded files are restored too. */
  readonly files: boolean;
  /** Whether the databases are of an older release. */
  readonly isMigration: boolean;
  /** Where the present state is kept. */
  readonly local: WritableBackupStore;
}

/**
 * Restores the sites of a backup, with workers stopped and in maintenance mode. Until the first database is changed, a failure is
 * undone.
 * @returns the backup of the present state
 * @throws DeBuildError `restore-failed`; what a backup throws
 */
export async function runRestore(run: RestoreRun): Promise<StoredBackup> {
  const { site, tools, bench, project, engine, release, backup, sites, isMigration } = run;
  const { restoring, ledger } = site.own;
  const started = tools.now();
  const deployment = await asDeployment(run);
  const maintenance = Object.fromEntries(deployment.sites.map((one) => [one.name, one.maintenance]));
  await site.own.make();
  await writeUnfinishedRestore(restoring, { id: backup.id, maintenance });
  const work = {
    ...{ deployment, project, engine, bench, tools },
    gates: { commands: site.config.gates, folder: site.folder },
    save: async () => undefined,
  };
  let present: StoredBackup;
  try {
    await savedStage(work, 'pause', pauseTitle(deployment, true), () => pause(work, true));
    present = await savedStage(work, 'backup', `Backing up ${list(sites)}`, () => backUpPresent(run));
  } catch (error) {
    await resume(run, deployment);
    throw error;
  }
  tools.done(
    `Databases were changed, and the sites are in maintenance mode: \`de-build ${run.what} --yes\` starts again.`,
  );
  try {
    await savedStage(work, 'restore', `Restoring ${list(sites)} from ${backup.id}`, async () => {
      for (const one of sites) await restoreSite(run, one);
    });
    if (isMigration)
      await savedStage(work, 'migrate', `Migrating ${list(sites)} to ${release.siteVersion}`, async () => {
        for (const { name } of sites) {
          const log = join(site.own.path, `restore-${name}.log`);
          const { containers } = engine;
          await migrateSite(
            { site: name, bench, containers, log, serving: 'Its database is of no release.' },
            tools,
          );
        }
      });
    await savedStage(work, 'gate', `Checking ${list(sites)}`, async () => {
      await gate(work, async (check) => {
        await startWorkers({ ...run, deployment });
        await check();
      });
    });
  } catch (error) {
    if (tools.signal.aborted || !isDeBuildError(error)) throw error;
    throw restoreFailed(backup.id, error.what, error.why, present.id, error.output);
  }
  await rm(restoring, { force: true });
  const { stages } = deployment;
  await recordRollback(ledger, 'restore', deployment, { started, now: tools.now(), stages });
  return present;
}

/** What the stages of a deployment need to know; nothing is deployed. */
async function asDeployment(run: RestoreRun): Promise<Deployment> {
  const { site, tools, project, release, what, backup } = run;
  const { user, host, since } = thisHolder(what, tools.now());
  // Of a run that died: the sites are in maintenance mode because of it.
  const left = (await readUnfinishedRestore(site.own.restoring))?.maintenance ?? {};
  const ours = project.containers.filter((one) => isOfImage(one, site.config.image));
  const running = (words: RegExp) => ours.filter(({ command }) => words.test(command.join(' ')));
  const frontend = running(/nginx/)[0]?.service;
  return {
    schemaVersion: 1,
    id: backup.id,
    project: project.name,
    ...{ from: release, to: { ...release, siteVersion: backup.siteVersion } },
    by: `${user}@${host}`,
    startedAt: since,
    state: 'running',
    services: {},
    workers: ours
      .filter(({ command }) => runsBench(command.join(' '), 'worker|worker-pool|schedule'))
      .map(({ service }) => service),
    ...(frontend === undefined ? {} : { frontend }),
    stages: [],
    sites: run.sites.map(({ name, maintenance }) => ({
      name,
      maintenance: left[name] ?? maintenance,
      patches: [],
      doctypes: [],
    })),
  };
}

async function backUpPresent(run: RestoreRun): Promise<StoredBackup> {
  const { site, tools, bench, project, release, files, sites, local } = run;
  const running = { image: release.reference, imageId: release.imageId };
  const names = sites.map(({ name }) => name);
  const request = { bench, store: local, project: project.name, running, withFiles: files, sites: names };
  return (await makeBackup(site, { ...request, cause: 'restore' }, tools)).backup;
}

async function restoreSite({ bench, folder, files, tools }: RestoreRun, one: BackedUpSite): Promise<void> {
  const { name, database, publicFiles, privateFiles } = one;
  const dump = { path: join(folder, database.file), sha256: database.sha256 };
  await restoreDatabase(bench, { name, dump }, tools, 'all');
  if (!files) return;
  for (const [kind, tar] of [['public', publicFiles] as const, ['private', privateFiles] as const])
    if (tar !== undefined) await bench.unpackFiles(name, kind, join(folder, tar.file));
}

/** Back to before the pause. */
async function resume(run: RestoreRun, deployment: Deployment): Promise<void> {
  for (const { name, maintenance } of deployment.sites)
    if (!maintenance) await run.bench.run(['--site', name, 'set-maintenance-mode', 'off']);
  await startWorkers({ ...run, deployment });
  await rm(run.site.own.restoring, { force: true });
}
