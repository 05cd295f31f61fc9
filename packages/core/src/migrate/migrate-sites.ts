import { withBenchContainer } from '../deploy/bench-container.ts';
import { findUnfinished, newDeployment, runningRelease } from '../deploy/deploy-site.ts';
import { type Deployment, filesOf, saveDeployment } from '../deploy/deployment.ts';
import { type DeploymentPlan, planDeployment } from '../deploy/deployment-plan.ts';
import { list, savedStage } from '../deploy/deployment-run.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { openProjectFiles } from '../deploy/open-project-files.ts';
import { startWorkers } from '../deploy/pause-workers.ts';
import { gate } from '../deploy/put-into-service.ts';
import { recordDeployment } from '../deploy/record-deployment.ts';
import { prepare } from '../deploy/run-deployment.ts';
import { snapshotOf } from '../deploy/snapshot.ts';
import { startFiles } from '../deploy/start-files.ts';
import { freeBytes } from '../engine/free-bytes.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { deploymentRefused } from '../errors/deploy-failures.ts';
import { migratedNotServed } from '../errors/migration-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { openRunning } from '../operate/open-running.ts';
import { chooseSites } from './choose-sites.ts';

export interface MigrateOptions extends SiteOptions {
  /** A site of the bench. Default: all of them. */
  readonly only?: string | undefined;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** Finish a migration whose run ended before it did. Default: false. */
  readonly resume?: boolean;
  /** Change nothing that stays; say what would be done. Default: false. */
  readonly dryRun?: boolean;
}

/** What was migrated, or would be. */
export interface MigratedSites {
  readonly dryRun: boolean;
  /** Sites with what is pending on them. */
  readonly sites: DeploymentPlan['sites'];
  /** The release that runs. */
  readonly reference: string;
  /** Absent with `dryRun`, and where nothing was pending. */
  readonly deployment?: Deployment;
}

const MIGRATE: Flow = {
  name: 'migrate',
  stages: ['plan', 'pause', 'backup', 'migrate', 'gate'],
  unchanged: 'The databases are as they were.',
};

/**
 * Runs what is pending for the release that runs, as a deployment does: workers finish their jobs, maintenance mode is on, every
 * database is dumped first, and put back if it fails.
 * @throws DeBuildError `migration-failed`, `migrated-not-served`, `deployment-unfinished`, `nothing-to-resume`,
 * `bench-site-unknown`, `project-*`, `site-locked`, `engine-*`
 */
export function migrateSites(options: MigrateOptions): Promise<MigratedSites> {
  const { resume = false, dryRun = false, only } = options;
  const what = resume ? 'migrate --resume' : 'migrate';
  return changeSite(options, { flow: MIGRATE, what, lock: 'live', dryRun }, async (site, tools) => {
    const { deployments, ledger } = site.own;
    const resumed = await findUnfinished(deployments, { resume, dryRun, kind: 'migrate' });
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project ?? resumed?.project);
    const { image, benchFolder, gates } = site.config;
    const opened = await openProjectFiles(site.own, project, engine, tools);
    const compose = opened.compose ?? (await openRunning(site, project, engine, tools)).compose;
    const like = benchContainerOf(project, image, benchFolder);
    const to = runningRelease(like);
    const { signal } = tools;
    const shared = { project: project.name, like, image: to.imageId, benchFolder, what, signal };
    return withBenchContainer(engine, { ...shared, now: tools.now() }, async (bench) => {
      const [resolved, described] = await inStage(
        tools,
        { stage: 'plan', title: `Reading what is pending for ${to.reference}` },
        () => Promise.all([compose.resolve(), bench.describe()]),
      );
      const chosen = { ...described, sites: chooseSites(described.sites, only) };
      const sources = {
        project,
        resolved,
        bench: chosen,
        image,
        from: to,
        to,
        freeBytes: await freeBytes(site.own.path),
        isLocal: false,
      };
      const { plan, findings } = planDeployment(sources);
      // What the files would start does not matter: no service is replaced.
      const errors = findings.filter(
        ({ id, severity }) => severity === 'error' && id !== 'deploy-other-image',
      );
      if (errors.length > 0) throw deploymentRefused(to.reference, errors);
      const found = { dryRun, sites: plan.sites, reference: to.reference };
      if (dryRun || (resumed === undefined && !plan.isMigration)) return found;
      const deployment: Deployment = resumed ?? { ...newDeployment(plan, what, tools), kind: 'migrate' };
      const files = filesOf(deployments, deployment.id);
      const save = () => saveDeployment(deployments, deployment);
      deployment.state = 'running';
      await site.own.make();
      if (resumed === undefined)
        await startFiles(files, {
          source: opened.source,
          snapshot: await snapshotOf(project, engine, { compose, resolved }),
          appList: described.appList,
        });
      await save();
      const run = {
        ...{ deployment, project, engine, compose, resolved, bench, files, save, tools },
        gates: { commands: gates, folder: site.folder },
      };
      try {
        if (deployment.stages.every(({ name }) => name !== 'gate'))
          await prepare(run, '`de-build migrate --resume`');
        await savedStage(run, 'gate', `Checking ${list(deployment.sites)}`, () =>
          gate(run, async (check) => {
            await startWorkers(run);
            await check();
          }),
        ).catch(async (error) => {
          if (signal.aborted || !isDeBuildError(error)) throw error;
          deployment.state = 'failed';
          await save();
          throw migratedNotServed(error.what, error.why, list(deployment.sites), error.output);
        });
        deployment.state = 'done';
      } catch (error) {
        if (!signal.aborted) await recordDeployment(ledger, deployment, tools.now(), error);
        throw error;
      }
      deployment.endedAt = tools.now().toISOString();
      await save();
      await recordDeployment(ledger, deployment, tools.now());
      return { ...found, deployment };
    });
  });
}
