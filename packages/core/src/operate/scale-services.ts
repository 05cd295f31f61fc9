import type { Scale } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import { findProject } from '../deploy/find-project.ts';
import { readScale, recordScale } from '../deploy/recorded-scale.ts';
import { requireServices } from '../deploy/require-services.ts';
import { changeSite } from '../flow/change-site.ts';
import { inStage } from '../flow/stage.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { openRunning } from './open-running.ts';

export interface ScaleOptions extends SiteOptions {
  /** How many containers each service is to have, at least one; nothing is changed without any. */
  readonly scale: Scale;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
}

/** How many containers each service has, and is to have. */
export interface ScaledServices {
  readonly project: string;
  readonly services: readonly {
    readonly service: string;
    readonly before: number;
    /** That run now. */
    readonly running: number;
    /** What is kept over deployments; absent where it was never set. */
    readonly recorded?: number;
  }[];
}

const SCALE: Flow = {
  name: 'scale',
  stages: ['scale'],
  unchanged: 'Every service has the containers it had.',
};
/** A worker finishes the job that it runs. */
const JOBS_WITHIN_SECONDS = 300;
const SCALE_WITHIN_MS = (JOBS_WITHIN_SECONDS + 300) * 1000;

/**
 * Starts or stops containers of services, and records their number: deployments keep it. New containers are like those that run,
 * whatever the files say by now; a worker that is stopped finishes its job first.
 * @throws DeBuildError `project-not-found`, `project-ambiguous`, `service-unknown`, `scale-unreadable`, `compose-*`,
 * `site-locked`, `engine-*`
 */
export function scaleServices(options: ScaleOptions): Promise<ScaledServices> {
  const { scale } = options;
  const names = Object.keys(scale);
  const asked = names.map((name) => `${name}=${scale[name]}`);
  const change = { flow: SCALE, what: ['scale', ...asked].join(' '), lock: 'live' as const };
  return changeSite(options, { ...change, dryRun: names.length === 0 }, async (site, tools) => {
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    requireServices(project, names);
    if (names.length > 0) {
      await inStage(tools, { stage: 'scale', title: `Scaling ${asked.join(', ')}` }, async () => {
        await site.own.make();
        const { compose } = await openRunning(site, project, engine, tools);
        const more = ['--no-recreate', '--timeout', String(JOBS_WITHIN_SECONDS)];
        await compose.up(scale, SCALE_WITHIN_MS, more);
        await recordScale(site.own.scale, project.name, scale);
      });
    }
    const [now, recorded] = await Promise.all([
      findProject(site, engine.containers, project.name),
      readScale(site.own.scale, project.name),
    ]);
    const services = [...new Set(project.containers.map(({ service }) => service))];
    return {
      project: project.name,
      services: services.map((service) => ({
        service,
        before: countOf(project, service),
        running: countOf(now, service),
        ...(recorded[service] === undefined ? {} : { recorded: recorded[service] }),
      })),
    };
  });
}

function countOf({ containers }: RunningProject, service: string): number {
  return containers.filter((one) => one.service === service && one.isRunning).length;
}
