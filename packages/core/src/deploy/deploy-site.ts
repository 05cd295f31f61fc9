import { openCompose, resolvedOf } from '../compose/compose.ts';
import { writeWhole } from '../disk/write-whole.ts';
import type { Engine } from '../engine/engine.ts';
import { freeBytes } from '../engine/free-bytes.ts';
import { parseReference } from '../engine/images/image-reference.ts';
import {
  deploymentRefused,
  deploymentUnfinished,
  nothingToResume,
  releaseTagDiffers,
} from '../errors/deploy-failures.ts';
import type { Finding } from '../errors/finding.ts';
import { changeSite } from '../flow/change-site.ts';
import { thisHolder } from '../flow/lock-holder.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { findRecord } from '../flow/read-records.ts';
import { findReleaseImage } from '../flow/release-image.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { omitUndefined } from '../omit-undefined.ts';
import { readVersion } from '../site/site.ts';
import { withBenchContainer } from './bench-container.ts';
import { type BringImageOptions, bringImage } from './bring-image.ts';
import {
  type DeployedRelease,
  type Deployment,
  deploymentId,
  filesOf,
  readDeployments,
  saveDeployment,
} from './deployment.ts';
import { type DeploymentPlan, planDeployment } from './deployment-plan.ts';
import { benchContainerOf, findProject } from './find-project.ts';
import { describeSource, findNewerSchema } from './judge-source.ts';
import { readLedger } from './ledger.ts';
import { openProjectFiles } from './open-project-files.ts';
import { recordDeployment } from './record-deployment.ts';
import { readScale } from './recorded-scale.ts';
import { runDeployment } from './run-deployment.ts';
import { snapshotOf, withRelease } from './snapshot.ts';
import { startFiles } from './start-files.ts';
import { refuseUnfinishedRestore } from './unfinished-restore.ts';

export interface DeployOptions extends SiteOptions {
  /** Site version. Default: that of the env file. */
  readonly release?: string | undefined;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
  /** The engine, or the Docker context, that has the image where this one has it not. Default: an engine on this machine. */
  readonly from?: string | undefined;
  /** Finish a deployment whose run ended before it did. Default: false. */
  readonly resume?: boolean;
  /** Take the whole project down and bring it up again, with its database. Default: false. */
  readonly full?: boolean;
  /** Change nothing that stays; say what would be done. Default: false. */
  readonly dryRun?: boolean;
}

/** What was deployed, or would be. */
export interface DeployedSiteReport {
  readonly dryRun: boolean;
  readonly plan: DeploymentPlan;
  /** Warnings of the preflight. */
  readonly findings: readonly Finding[];
  /** Absent with `dryRun`. */
  readonly deployment?: Deployment;
}

export const DEPLOY: Flow = {
  name: 'deploy',
  stages: ['plan', 'start', 'pause', 'backup', 'migrate', 'swap', 'gate'],
  unchanged: 'What ran before serves.',
};

/**
 * Deploys a recorded release to the Compose project that runs the site's image: workers finish their jobs, every site is put into
 * maintenance mode, backed up and migrated by the new image, and then the services of the image are replaced. The database and
 * what else has another image stay up. A failure until then is undone: the databases are put back, and what ran before serves.
 * @throws DeBuildError `deployment-refused`, `migration-failed`, `deployment-failed`, `deployment-unfinished`, `project-*`,
 * `compose-*`, `release-image-missing`, `release-tag-differs`, `manifest-*`, `site-locked`, `engine-*`
 */
export function deploySite(options: DeployOptions): Promise<DeployedSiteReport> {
  const { release, from: other, resume = false, dryRun = false, full = false } = options;
  const what = ['deploy', ...(release === undefined ? [] : [release]), ...(resume ? ['--resume'] : [])].join(
    ' ',
  );
  return changeSite(options, { flow: DEPLOY, what, lock: 'live', dryRun }, async (site, tools) => {
    if (!dryRun) await refuseUnfinishedRestore(site);
    const resumed = await findUnfinished(site.own.deployments, { resume, dryRun, kind: undefined });
    const engine = await tools.engine();
    const to = resumed?.to ?? (await releaseOnEngine(site, engine, release, { from: other, dryRun }, tools));
    const project = await findProject(site, engine.containers, options.project ?? resumed?.project);
    const found = await openProjectFiles(site.own, project, engine, tools);
    const like = benchContainerOf(project, site.config.image, site.config.benchFolder);
    const shared = { project: project.name, like, image: to.imageId, benchFolder: site.config.benchFolder };
    const { signal } = tools;
    return withBenchContainer(engine, { ...shared, what, now: tools.now(), signal }, async (bench) => {
      const { plan, findings, snapshot, described, present } = await inStage(
        tools,
        { stage: 'plan', title: `Comparing ${project.name} with ${to.reference}` },
        async () => {
          const [present, described] = await Promise.all([found.compose?.resolve(), bench.describe()]);
          const files = found.compose && present && { compose: found.compose, resolved: present };
          const snapshot = await snapshotOf(project, engine, files);
          const { image } = site.config;
          const resolved =
            present ?? resolvedOf(withRelease(snapshot.document, project, image, to.reference));
          const from = resumed?.from ?? runningRelease(like);
          const tagged = await engine.images.inspect(to.reference);
          const planned = planDeployment({
            ...{ project, resolved, bench: described, image, from, to },
            scale: await readScale(site.own.scale, project.name),
            freeBytes: await freeBytes(site.own.path),
            history: (await readLedger(site.own.ledger)).entries.filter(
              (one) => one.project === project.name,
            ),
            isLocal: (tagged?.repoDigests ?? []).length === 0,
            full: resumed?.full ?? full,
          });
          const seen = describeSource(
            project.name,
            found.source.files,
            to.reference,
            snapshot,
            files !== undefined,
          );
          const past =
            resumed === undefined ? await findNewerSchema(site, project.name, to, like.imageId) : [];
          return {
            ...planned,
            findings: [...planned.findings, ...seen, ...past],
            snapshot,
            described,
            present,
          };
        },
      );
      const errors = findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw deploymentRefused(to.reference, errors);
      if (dryRun) return { dryRun, plan, findings };
      const deployment = resumed ?? newDeployment(plan, what, tools);
      const files = filesOf(site.own.deployments, deployment.id);
      const gates = { commands: site.config.gates, folder: site.folder };
      const save = () => saveDeployment(site.own.deployments, deployment);
      /** Without the project's own files, those that its containers tell. */
      const openRelease = async () => {
        const document = withRelease(snapshot.document, project, site.config.image, to.reference);
        await writeWhole(files.release, `${JSON.stringify(document)}\n`, { mode: 0o600 });
        const source = { name: project.name, folder: found.source.folder, files: [files.release] };
        return openCompose(source, { environment: tools.environment, endpoint: engine.endpoint, signal });
      };
      deployment.state = 'running';
      await site.own.make();
      if (resumed === undefined)
        await startFiles(files, { source: found.source, snapshot, appList: described.appList });
      const compose = found.compose ?? (await openRelease());
      const resolved = present ?? (await compose.resolve());
      await save();
      try {
        await runDeployment({
          deployment,
          project,
          engine,
          compose,
          resolved,
          bench,
          files,
          gates,
          save,
          tools,
        });
        deployment.state = 'done';
      } catch (error) {
        if (!signal.aborted) await recordDeployment(site.own.ledger, deployment, tools.now(), error);
        throw error;
      }
      deployment.endedAt = tools.now().toISOString();
      await save();
      await recordDeployment(site.own.ledger, deployment, tools.now());
      return { dryRun, plan, findings, deployment };
    });
  });
}

/** The one to resume. @throws DeBuildError `nothing-to-resume`; `deployment-unfinished` where another must end first */
export async function findUnfinished(
  deployments: string,
  asked: { readonly resume: boolean; readonly dryRun: boolean; readonly kind: Deployment['kind'] },
): Promise<Deployment | undefined> {
  const [last] = (await readDeployments(deployments)).filter(({ state }) => state !== 'undone');
  const unfinished = last?.state === 'running' || last?.state === 'failed' ? last : undefined;
  const isOurs = asked.resume && unfinished?.kind === asked.kind;
  if (unfinished === undefined && asked.resume) throw nothingToResume();
  if (unfinished !== undefined && !isOurs && !asked.dryRun)
    throw deploymentUnfinished(unfinished.id, unfinished.to.reference, {
      stage: unfinished.stages.at(-1)?.name ?? 'plan',
      command: unfinished.kind ?? 'deploy',
    });
  return isOurs ? unfinished : undefined;
}

/** @throws DeBuildError `release-image-missing`, `release-tag-differs`, `manifest-*` */
export async function releaseOnEngine(
  site: OpenSite,
  engine: Engine,
  release: string | undefined,
  options: BringImageOptions,
  tools: Tools,
): Promise<DeployedRelease> {
  const manifest = await findRecord(site, release ?? readVersion(site));
  const { siteVersion, image } = manifest;
  const { reference } = image;
  const found =
    (await findReleaseImage(engine, manifest)) ?? (await bringImage(manifest, engine, options, tools));
  const tagged = await engine.images.inspect(reference);
  if (tagged?.id !== found.id) throw releaseTagDiffers(reference, tagged?.id ?? 'no image', siteVersion);
  return { siteVersion, reference, imageId: found.id };
}

export function runningRelease({
  image,
  imageId,
}: {
  readonly image: string;
  readonly imageId: string;
}): DeployedRelease {
  return { siteVersion: parseReference(image).tag, reference: image, imageId };
}

export function newDeployment(plan: DeploymentPlan, what: string, { now }: Pick<Tools, 'now'>): Deployment {
  const { user, host, since } = thisHolder(what, now());
  return {
    schemaVersion: 1,
    id: deploymentId(now(), plan.to.siteVersion),
    project: plan.project,
    from: plan.from,
    to: plan.to,
    by: `${user}@${host}`,
    startedAt: since,
    state: 'running',
    services: plan.services,
    ...omitUndefined({ full: plan.full || undefined }),
    workers: [...plan.workers],
    ...omitUndefined({ frontend: plan.frontend }),
    stages: [],
    sites: plan.sites.map(({ name, maintenance, patches, doctypes }) => ({
      name,
      maintenance,
      patches,
      doctypes,
    })),
  };
}
