import { makeBackup } from '../backup/back-up-sites.ts';
import { openStores } from '../backup/open-stores.ts';
import { openCompose } from '../compose/compose.ts';
import { withBenchContainer } from '../deploy/bench-container.ts';
import {
  type DeployedRelease,
  type Deployment,
  filesOf,
  readBefore,
  readDeployments,
  saveDeployment,
} from '../deploy/deployment.ts';
import { list, savedStage } from '../deploy/deployment-run.ts';
import { type DatabaseLoss, describeLoss } from '../deploy/describe-loss.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { pause, pauseTitle } from '../deploy/pause-workers.ts';
import { finishSwap, gate, swap } from '../deploy/put-into-service.ts';
import { recordRollback } from '../deploy/record-deployment.ts';
import { restoreDatabase } from '../deploy/restore-database.ts';
import type { Engine } from '../engine/engine.ts';
import { releaseImageMissing } from '../errors/archive-failures.ts';
import { releaseTagDiffers } from '../errors/deploy-failures.ts';
import { nothingToRollBack, rollbackLosesData, rollbackNotWhole } from '../errors/rollback-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { verifySaved } from '../frappe/bench/verify-saved.ts';
import { restoreRelease } from '../restore/restore-release.ts';
import { planRollback } from './plan-rollback.ts';

export interface RollbackOptions extends SiteOptions {
  /** Site version of an earlier release. Default: the one before the last deployment. */
  readonly release?: string | undefined;
  /** The Compose project. Default: that of the last deployment. */
  readonly project?: string | undefined;
  /** Accept that rows that were written since the deployment are lost, where the database has to go back. Default: false. */
  readonly acceptLoss?: boolean;
  /** Change nothing that stays; say what would be done. Default: false. */
  readonly dryRun?: boolean;
}

/** What was rolled back, or would be. */
export interface RolledBackSite {
  readonly dryRun: boolean;
  /** From the release that serves now, to the one that was taken back. */
  readonly deployment: Deployment;
  /** Whether the image had to be restored first; with `dryRun` whether it will be. */
  readonly bringsBack: boolean;
  /** The databases that go back to what they were before the deployment, and what was written into them since. */
  readonly databases: readonly DatabaseLoss[];
}

const ROLLBACK: Flow = {
  name: 'rollback',
  stages: ['plan', 'pause', 'backup', 'restore', 'swap', 'gate'],
  unchanged: 'What ran before serves.',
};

/**
 * Takes deployments back, the last one or all since a release: the images that ran before, with the Compose project as it was
 * then, and, where a site was migrated, the database from before that. The database as it is now is dumped first. A release whose
 * image is gone is restored first.
 * @throws DeBuildError `nothing-to-roll-back`, `rollback-not-whole`, `rollback-loses-data`, `backup-damaged`,
 * `release-image-missing`, `release-not-restorable`, `project-*`, `compose-*`, `site-locked`, `engine-*`
 */
export function rollBackSite(options: RollbackOptions): Promise<RolledBackSite> {
  const { release, acceptLoss = false, dryRun = false } = options;
  const what = release === undefined ? 'rollback' : `rollback ${release}`;
  return changeSite(options, { flow: ROLLBACK, what, lock: 'live', dryRun }, async (site, tools) => {
    const { deployments } = site.own;
    const { image, benchFolder } = site.config;
    const engine = await tools.engine();
    const all = await readDeployments(deployments);
    const project = await findProject(site, engine.containers, options.project ?? all[0]?.project);
    const like = benchContainerOf(project, image, benchFolder);
    const own = all.filter((one) => one.project === project.name);
    const plan = planRollback(own, release, like.imageId);
    if (plan === undefined) throw nothingToRollBack(image);
    if ('refused' in plan) throw rollbackNotWhole(release, plan.refused);
    const { taken, whole: deployment } = plan;
    const { from } = deployment;
    const migrated = deployment.sites.filter(({ migration }) => migration !== undefined);
    for (const { dump } of migrated) if (dump !== undefined) await verifySaved(dump);
    const isHere = await findImage(engine, from);
    if (!isHere && !dryRun) {
      await restoreRelease({ ...options, release: from.siteVersion });
      if (!(await findImage(engine, from))) throw releaseImageMissing(from.reference, from.imageId);
    }
    const oldest = taken.at(-1) ?? deployment;
    const files = filesOf(deployments, deployment.id);
    const snapshot = filesOf(deployments, oldest.id);
    const before = await readBefore(snapshot);
    const { environment, signal } = tools;
    const compose = await openCompose(
      { name: project.name, folder: before.folder, files: [snapshot.compose] },
      { environment, endpoint: engine.endpoint, signal },
    );
    const bringsBack = !isHere;
    const shared = {
      ...{ project: project.name, like, benchFolder, endsPrograms: !dryRun },
      // Only a dry run does without it.
      image: isHere || !dryRun ? from.imageId : like.imageId,
    };
    return withBenchContainer(engine, { ...shared, what, now: tools.now(), signal }, async (bench) => {
      const databases: DatabaseLoss[] = [];
      for (const { name, dump, migratedAt } of migrated) {
        // A site that was not migrated to its end was in maintenance mode all the time.
        const lost = migratedAt === undefined ? [] : await bench.rowsSince(name, migratedAt);
        databases.push({ site: name, at: dump?.at.replace(/\.\d+$/, '') ?? '', lost });
      }
      if (dryRun) return { dryRun, deployment, databases, bringsBack };
      if (!acceptLoss && databases.some(({ lost }) => lost.length > 0))
        throw rollbackLosesData(from.reference, describeLoss(databases));
      const started = tools.now();
      const save = async () => {
        for (const one of taken) await saveDeployment(deployments, one);
      };
      /** Until all is done, each of them can be taken back by itself with its own dump. */
      const setMigration = (state: 'started' | 'undone') => {
        for (const one of taken.flatMap(({ sites }) => sites))
          if (one.migration !== undefined) one.migration = state;
      };
      const work = {
        ...{ project, engine, compose, bench, files, save, tools },
        deployment: { ...deployment, to: from },
        resolved: await compose.resolve(),
        gates: { commands: [], folder: site.folder },
      };
      for (const { name } of migrated.filter(({ migration }) => migration === 'started'))
        await bench.disconnectOthers(name);
      const first = deployment.stages.length;
      // The stages share their list with the newest deployment, which is saved.
      const isMigration = migrated.length > 0;
      await savedStage(work, 'pause', pauseTitle(deployment, isMigration), () => pause(work, isMigration));
      if (isMigration) {
        await savedStage(work, 'backup', `Backing up ${list(migrated)}`, async () => {
          const { local: store } = openStores(site, undefined, tools);
          const sites = migrated.map(({ name }) => name);
          const running = { image: deployment.to.reference, imageId: deployment.to.imageId };
          const request = { bench, store, project: project.name, running, withFiles: false, sites };
          const { backup } = await makeBackup(site, { ...request, cause: 'rollback' }, tools);
          tools.emit({
            type: 'notice',
            level: 'info',
            text: `The present databases are in ${backup.location}.`,
          });
        });
        await savedStage(work, 'restore', `Restoring the database of ${list(migrated)}`, async () => {
          setMigration('started');
          await save();
          for (const one of migrated) await restoreDatabase(bench, one, tools, 'all');
        });
      }
      await bench.writeAppList(before.appList);
      await savedStage(work, 'swap', `Replacing ${deployment.to.reference}`, () => swap(work));
      await savedStage(work, 'gate', `Checking ${list(deployment.sites)}`, () =>
        gate(work, (check) => finishSwap(work, check)),
      );
      setMigration('undone');
      for (const one of taken) one.state = 'rolled-back';
      await save();
      const ended = { ...deployment, state: 'rolled-back' as const };
      await recordRollback(site.own.ledger, 'rollback', ended, {
        started,
        now: tools.now(),
        stages: deployment.stages.slice(first),
      });
      return { dryRun, deployment: ended, databases, bringsBack };
    });
  });
}

/** @throws DeBuildError `release-tag-differs` */
async function findImage(
  { images }: Pick<Engine, 'images'>,
  { reference, imageId, siteVersion }: DeployedRelease,
): Promise<boolean> {
  const tagged = await images.inspect(reference);
  if (tagged !== undefined && tagged.id !== imageId)
    throw releaseTagDiffers(reference, tagged.id, siteVersion);
  return tagged !== undefined;
}
