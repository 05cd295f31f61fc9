import { makeBackup } from '../backup/back-up-sites.ts';
import { openStores } from '../backup/open-stores.ts';
import { openCompose } from '../compose/compose.ts';
import { withBenchContainer } from '../deploy/bench-container.ts';
import {
  type Deployment,
  filesOf,
  readBefore,
  readDeployments,
  saveDeployment,
} from '../deploy/deployment.ts';
import { type DatabaseLoss, describeLoss } from '../deploy/describe-loss.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { recordRollback } from '../deploy/record-deployment.ts';
import { restoreDatabase } from '../deploy/restore-database.ts';
import { finishSwap, gate, list, pause, pauseTitle, savedStage, swap } from '../deploy/run-deployment.ts';
import { releaseImageMissing } from '../errors/archive-failures.ts';
import { nothingToRollBack, releaseTagDiffers, rollbackLosesData } from '../errors/deploy-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';

export interface RollbackOptions extends SiteOptions {
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
  readonly deployment: Deployment;
  /** The databases that go back to what they were before the deployment, and what was written into them since. */
  readonly databases: readonly DatabaseLoss[];
}

const ROLLBACK: Flow = {
  name: 'rollback',
  stages: ['plan', 'pause', 'backup', 'restore', 'swap', 'gate'],
  unchanged: 'What ran before serves.',
};

/**
 * Takes the last deployment back: the images that ran before it, with the Compose project as it was then, and, where a site was
 * migrated, the database from before that. The database as it is now is dumped first.
 * @throws DeBuildError `nothing-to-roll-back`, `rollback-loses-data`, `backup-damaged`, `release-image-missing`, `project-*`,
 * `compose-*`, `site-locked`, `engine-*`
 */
export function rollBackSite(options: RollbackOptions): Promise<RolledBackSite> {
  const { acceptLoss = false, dryRun = false } = options;
  const what = 'rollback';
  return changeSite(options, { flow: ROLLBACK, what, lock: 'live', dryRun }, async (site, tools) => {
    const { deployments } = site.own;
    const deployment = (await readDeployments(deployments)).find(
      ({ state }) => state !== 'undone' && state !== 'rolled-back',
    );
    if (deployment === undefined) throw nothingToRollBack(site.config.image);
    const engine = await tools.engine();
    const { from } = deployment;
    const tagged = await engine.images.inspect(from.reference);
    if (tagged === undefined) throw releaseImageMissing(from.reference, from.imageId);
    if (tagged.id !== from.imageId) throw releaseTagDiffers(from.reference, tagged.id, from.siteVersion);
    const project = await findProject(site, engine.containers, options.project ?? deployment.project);
    const files = filesOf(deployments, deployment.id);
    const before = await readBefore(files);
    const { environment, signal } = tools;
    const compose = await openCompose(
      { name: project.name, folder: before.folder, files: [files.compose] },
      { environment, endpoint: engine.endpoint, signal },
    );
    const { image, benchFolder } = site.config;
    const like = benchContainerOf(project, image, benchFolder);
    const shared = { project: project.name, like, image: from.imageId, benchFolder, endsPrograms: true };
    return withBenchContainer(engine, { ...shared, what, now: tools.now(), signal }, async (bench) => {
      const migrated = deployment.sites.filter(
        ({ migration }) => migration === 'started' || migration === 'done',
      );
      const databases: DatabaseLoss[] = [];
      for (const { name, dump, migratedAt } of migrated) {
        // A site that was not migrated to its end was in maintenance mode all the time.
        const lost = migratedAt === undefined ? [] : await bench.rowsSince(name, migratedAt);
        databases.push({ site: name, at: dump?.at.replace(/\.\d+$/, '') ?? '', lost });
      }
      if (dryRun) return { dryRun, deployment, databases };
      if (!acceptLoss && databases.some(({ lost }) => lost.length > 0))
        throw rollbackLosesData(from.reference, describeLoss(databases));
      const started = tools.now();
      const save = () => saveDeployment(deployments, deployment);
      const work = {
        deployment: { ...deployment, to: from },
        project,
        engine,
        compose,
        resolved: await compose.resolve(),
        bench,
        files,
        save,
        tools,
        gates: { commands: [], folder: site.folder },
      };
      for (const { name } of migrated.filter(({ migration }) => migration === 'started'))
        await bench.disconnectOthers(name);
      const first = deployment.stages.length;
      // The stages share their list with the deployment, which is what is saved.
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
          for (const one of migrated) {
            one.migration = 'started';
            await save();
            await restoreDatabase(bench, one, tools, 'all');
            one.migration = 'undone';
          }
        });
      }
      await bench.writeAppList(before.appList);
      await savedStage(work, 'swap', `Replacing ${deployment.to.reference}`, () => swap(work));
      await savedStage(work, 'gate', `Checking ${list(deployment.sites)}`, () =>
        gate(work, (check) => finishSwap(work, check)),
      );
      deployment.state = 'rolled-back';
      await save();
      await recordRollback(site.own.ledger, 'rollback', deployment, {
        started,
        now: tools.now(),
        stages: deployment.stages.slice(first),
      });
      return { dryRun, deployment, databases };
    });
  });
}
