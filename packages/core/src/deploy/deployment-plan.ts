import type { ResolvedProject, Scale } from '../compose/compose.ts';
import type { ProjectContainer, RunningProject } from '../compose/running-project.ts';
import { isOfImage } from '../compose/running-project.ts';
import { isSameRepository, parseReference } from '../engine/images/image-reference.ts';
import {
  deployAppMissing,
  deployDatabaseUnsupported,
  deployDiskFull,
  deployOneShotMigrates,
  deployOtherImage,
  deployPullsAlways,
  deployServiceMigrates,
} from '../errors/deploy-findings.ts';
import type { Finding } from '../errors/finding.ts';
import type { BenchDescription, BenchSite } from '../frappe/bench/bench-answers.ts';
import { runsBench } from '../frappe/bench/runs-bench.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { DeployedRelease } from './deployment.ts';
import type { LedgerEntry } from './ledger.ts';

/** What a deployment will do, decided before anything is changed. */
export interface DeploymentPlan {
  readonly project: string;
  readonly from: DeployedRelease;
  readonly to: DeployedRelease;
  /** The services of the image that are replaced, and how many containers each has. */
  readonly services: Readonly<Record<string, number>>;
  /** Services of the image that did their work once, as a configurator does; they are left. */
  readonly oneShots: readonly string[];
  /** The whole project is taken down and brought up again. */
  readonly full: boolean;
  /** All other services of the project: they are not touched, unless `full`. */
  readonly kept: readonly string[];
  /** Services that run jobs: they finish them first. */
  readonly workers: readonly string[];
  /** The service that visitors reach; `undefined` when none was recognised. */
  readonly frontend: string | undefined;
  readonly sites: readonly PlannedSite[];
  /** Whether a site has patches or doctypes to migrate. */
  readonly isMigration: boolean;
  /** How long the sites were in maintenance mode in the last deployment that migrated. */
  readonly lastDowntimeMs?: number;
}

export type PlannedSite = Pick<
  BenchSite,
  'name' | 'maintenance' | 'readsAllowed' | 'patches' | 'doctypes' | 'databaseBytes'
>;

export interface PlanSources {
  readonly project: RunningProject;
  readonly resolved: ResolvedProject;
  readonly bench: BenchDescription;
  readonly image: string;
  readonly from: DeployedRelease;
  readonly to: DeployedRelease;
  /** What `de-build scale` set; other services keep the number of their containers. */
  readonly scale?: Scale;
  /** Where the backups are kept; `undefined` when the system does not report it. */
  readonly freeBytes: number | undefined;
  /** The image that is deployed is in no registry that the engine knows. */
  readonly isLocal: boolean;
  /** The whole project is taken down and brought up again. Default: false. */
  readonly full?: boolean;
  /** Deployments and the like of this project, the oldest first. */
  readonly history?: readonly LedgerEntry[];
}

export function planDeployment(sources: PlanSources): {
  readonly plan: DeploymentPlan;
  readonly findings: readonly Finding[];
} {
  const { project, resolved, bench, image, from, to, full = false } = sources;
  const ours = [...resolved.services].filter(
    ([, service]) =>
      service.image !== undefined && isSameRepository(parseReference(service.image).repository, image),
  );
  const running = project.containers.filter((one) => isOfImage(one, image));
  const oneShots = ours.map(([name]) => name).filter((name) => isOneShot(name, running));
  const replaced = ours.filter(([name]) => !oneShots.includes(name));
  const commandOf = (name: string) =>
    running.find(({ service }) => service === name)?.command.join(' ') ??
    resolved.services.get(name)?.command ??
    '';
  const names = replaced.map(([name]) => name);
  const migrating = ours.find(
    ([name, { environment }]) =>
      runsBench(commandOf(name), 'migrate') && (environment.MIGRATE_SITES ?? 'true') === 'true',
  );
  const pulling = replaced.find(([, { pullPolicy }]) => pullPolicy === 'always' && sources.isLocal);
  const other = replaced.find(([, service]) => service.image !== to.reference);
  const sites = bench.sites.map(({ name, maintenance, readsAllowed, patches, doctypes, databaseBytes }) => ({
    ...{ name, maintenance, readsAllowed, patches, doctypes, databaseBytes },
  }));
  const plan: DeploymentPlan = {
    project: project.name,
    from,
    to,
    services: Object.fromEntries(
      names.map((name) => [
        name,
        sources.scale?.[name] ??
          Math.max(1, running.filter(({ service, isRunning }) => service === name && isRunning).length),
      ]),
    ),
    oneShots,
    full,
    kept: [...resolved.services.keys()].filter((name) => !ours.some(([our]) => our === name)),
    workers: names.filter((name) => runsBench(commandOf(name), 'worker|worker-pool|schedule')),
    frontend:
      names.find((name) => /nginx/.test(commandOf(name))) ?? names.find((name) => name === 'frontend'),
    sites,
    isMigration: sites.some(({ patches, doctypes }) => patches.length > 0 || doctypes.length > 0),
    ...omitUndefined({ lastDowntimeMs: lastDowntime(sources.history ?? []) }),
  };
  const isIdle = (name: string) => oneShots.includes(name) && !full;
  const needed = sites.reduce((sum, { databaseBytes }) => sum + databaseBytes, 0);
  return {
    plan,
    findings: [
      ...(other === undefined ? [] : [deployOtherImage(other[0], other[1].image ?? '', to.reference)]),
      ...(migrating === undefined
        ? []
        : [(isIdle(migrating[0]) ? deployOneShotMigrates : deployServiceMigrates)(migrating[0])]),
      ...(pulling === undefined ? [] : [deployPullsAlways(pulling[0], to.reference)]),
      ...bench.sites.flatMap(({ name, database, missingApps }) => [
        ...(database === 'mariadb' ? [] : [deployDatabaseUnsupported(name, database)]),
        ...missingApps.map((app) => deployAppMissing(name, app, to.reference)),
      ]),
      ...(plan.isMigration && sources.freeBytes !== undefined && sources.freeBytes < needed
        ? [deployDiskFull(needed, sources.freeBytes)]
        : []),
    ],
  };
}

/** Maintenance mode is on from the end of `pause` to the beginning of `gate`. */
function lastDowntime(history: readonly LedgerEntry[]): number | undefined {
  const last = history.findLast(
    ({ kind, outcome, stages }) =>
      kind === 'deploy' && outcome === 'done' && stages.some(({ name }) => name === 'migrate'),
  );
  return last?.stages
    .filter(({ name }) => ['backup', 'migrate', 'swap'].includes(name))
    .reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** It ended, and well: it is not restarted. */
function isOneShot(service: string, running: readonly ProjectContainer[]): boolean {
  const ours = running.filter((one) => one.service === service);
  return ours.length > 0 && ours.every(({ status, exitCode }) => status === 'exited' && exitCode === 0);
}
