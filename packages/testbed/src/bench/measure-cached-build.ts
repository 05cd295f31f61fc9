import type { BenchContext } from './bench-context.ts';
import { createBenchSite } from './bench-site.ts';
import { comparePaired } from './compare-paired.ts';
import { contextSizes } from './context-sizes.ts';
import { type Figure, figureOf } from './figure.ts';
import { type OurBuild, prepareBuilds } from './paired-builds.ts';
import { median } from './statistics.ts';

/** The stages that Docker's client has nothing of: what makes sure before the build, and after it. */
const CHECKS: readonly string[] = ['read', 'check', 'verify'];

/** A release of which every step is cached, against Docker's client building the same. */
export async function measureCachedBuild(context: BenchContext): Promise<readonly Figure[]> {
  const engine = await context.engine();
  if (engine === undefined) return [];
  const figures: Figure[] = [];
  for (const { label, files } of contextSizes(context.isQuick)) {
    context.tell(`A cached build, ${label}, on ${engine.description}`);
    const site = await createBenchSite(context, { name: `cached-${files}`, files });
    const builds = await prepareBuilds(context, engine, site);
    const runs: OurBuild[] = [];
    const warmUps = 1;
    const comparison = await comparePaired({
      ours: async () => {
        const run = await builds.ours();
        runs.push(run);
        return run.ms;
      },
      peer: async () => (await builds.peer()).ms,
      pairs: context.isQuick ? 3 : 15,
      warmUps,
    });
    const stages = medianStages(runs.slice(warmUps));
    const checks = CHECKS.reduce((sum, stage) => sum + (stages.get(stage) ?? 0), 0);
    figures.push(
      figureOf(
        {
          part: 'cached-build',
          name: `cached release : docker build, ${label}`,
          unit: 'ms',
          aim: { atMost: 1 + checks / comparison.peer, because: '1 + checks' },
        },
        comparison,
      ),
      ...[...stages].map(([stage, ms]) => partOf(stage, ms, comparison.peer)),
    );
  }
  return figures;
}

/** What no stage accounts for is the process itself: its start, reading the arguments, its end. */
function medianStages(runs: readonly OurBuild[]): ReadonlyMap<string, number> {
  const names = [...new Set(runs.flatMap(({ stages }) => [...stages.keys()]))];
  const stages = new Map(names.map((name) => [name, median(runs.map((run) => run.stages.get(name) ?? 0))]));
  const outside = runs.map((run) => run.ms - [...run.stages.values()].reduce((sum, ms) => sum + ms, 0));
  return stages.set('process', median(outside));
}

function partOf(stage: string, ms: number, peer: number): Figure {
  const kind = CHECKS.includes(stage) ? ' (checks)' : '';
  return { part: 'cached-build', name: `  ${stage}${kind}`, unit: 'ms', ours: ms, peer, ratio: ms / peer };
}
