import { withBenchContainer } from '../deploy/bench-container.ts';
import { releaseOnEngine, runningRelease } from '../deploy/deploy-site.ts';
import { deploymentId } from '../deploy/deployment.ts';
import { benchContainerOf, findProject } from '../deploy/find-project.ts';
import { appendLedger } from '../deploy/ledger.ts';
import { isDeBuildError } from '../errors/de-build-error.ts';
import { patchNotFound } from '../errors/migration-failures.ts';
import { changeSite } from '../flow/change-site.ts';
import { thisHolder } from '../flow/lock-holder.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { chooseSites } from './choose-sites.ts';

export interface MarkPatchOptions extends SiteOptions {
  /** A line of patches.txt, or the module that it begins with. */
  readonly patch: string;
  /** `skipped`: the next migrate passes it. `pending`: the next migrate runs it again. */
  readonly as: 'skipped' | 'pending';
  /** A site of the bench. Default: all of them. */
  readonly only?: string | undefined;
  /** The Compose project. Default: the one that was brought up from the site's folder, or the only one with its image. */
  readonly project?: string | undefined;
}

/** What was entered into the Patch Log of sites, or taken out. */
export interface MarkedPatch {
  readonly as: 'skipped' | 'pending';
  readonly patches: readonly { readonly site: string; readonly app: string; readonly patch: string }[];
}

const MARK: Flow = { name: 'mark-patch', stages: [], unchanged: 'No Patch Log was changed.' };

/**
 * Enters a patch into the Patch Log of the sites, so that no migrate runs it, or takes it out, so that the next one runs it again.
 * It is looked for in the release of the env file, which the next deployment migrates to, or else in the one that runs.
 * @throws DeBuildError `patch-not-found`, `bench-site-unknown`, `project-*`, `site-locked`, `engine-*`
 */
export function markPatch(options: MarkPatchOptions): Promise<MarkedPatch> {
  const { as, patch: asked } = options;
  const what = `migrate ${as === 'skipped' ? '--skip' : '--again'} ${asked}`;
  return changeSite(options, { flow: MARK, what, lock: 'live' }, async (site, tools) => {
    const engine = await tools.engine();
    const project = await findProject(site, engine.containers, options.project);
    const { image, benchFolder } = site.config;
    const like = benchContainerOf(project, image, benchFolder);
    // What the next deployment migrates to; without such a release, what runs.
    const release = await releaseOnEngine(
      site,
      engine,
      undefined,
      { from: undefined, dryRun: true },
      tools,
    ).catch((error) => {
      if (isDeBuildError(error)) return runningRelease(like);
      throw error;
    });
    const { signal } = tools;
    const shared = { project: project.name, like, image: release.imageId, benchFolder, what, signal };
    return withBenchContainer(engine, { ...shared, now: tools.now() }, async (bench) => {
      const sites = chooseSites((await bench.describe()).sites, options.only);
      const candidates: MarkedPatch['patches'][number][] = [];
      for (const { name } of sites)
        for (const { app, patch, done } of await bench.patches(name))
          if (done === (as === 'pending')) candidates.push({ site: name, app, patch });
      const patches = candidates.filter(({ patch }) => patch === asked || patch.split(/\s/, 1)[0] === asked);
      if (patches.length === 0)
        throw patchNotFound(asked, release.reference, {
          isDone: as === 'pending',
          patches: [...new Set(candidates.map(({ patch }) => patch))],
        });
      const { user, host } = thisHolder(what, tools.now());
      const by = `${user}@${host}`;
      const note = as === 'skipped' ? `Skipped by ${by} with de-build migrate --skip` : undefined;
      for (const one of patches) await bench.logPatch(one.site, one.patch, note);
      for (const patch of new Set(patches.map((one) => one.patch)))
        await appendLedger(site.own.ledger, {
          kind: as === 'skipped' ? 'skip-patch' : 'repeat-patch',
          id: deploymentId(tools.now(), release.siteVersion),
          at: tools.now().toISOString(),
          ...{ by, project: project.name, from: like.image, to: release.reference, patch },
          ...{ outcome: 'done', durationMs: 0, stages: [] },
          sites: patches.filter((one) => one.patch === patch).map((one) => ({ name: one.site, patches: 1 })),
        });
      return { as, patches };
    });
  });
}
