import { join } from 'node:path';
import { startSocketProxy } from '../socket-proxy.ts';
import type { BenchContext } from './bench-context.ts';
import type { BenchEngine } from './bench-engine.ts';
import { createBenchSite } from './bench-site.ts';
import { compare, comparePaired } from './compare-paired.ts';
import { contextSizes } from './context-sizes.ts';
import { type Figure, figureOf } from './figure.ts';
import { CHECKS, checksOf, type OurBuild, prepareBuilds } from './paired-builds.ts';
import type { ProgramRun } from './program.ts';
import { median } from './statistics.ts';

/** A release in which every step is cached, compared with Docker's client building the same. */
export function measureCachedBuild(context: BenchContext): Promise<readonly Figure[]> {
  return measure(context, 'cached-build', async () => undefined);
}

const FAR_MS = 10;

/** The same with an engine that is far away: each byte takes 10 ms in each direction. */
export function measureFarBuild(context: BenchContext): Promise<readonly Figure[]> {
  return measure(context, 'far-build', async (engine) => {
    const own = join(context.folder, 'far.sock');
    const proxy = await startSocketProxy({ engine: engine.socketPath, own, delayMs: FAR_MS });
    context.cleanUps.push(() => proxy.close());
    return proxy.host;
  });
}

async function measure(
  context: BenchContext,
  part: 'cached-build' | 'far-build',
  reach: (engine: BenchEngine) => Promise<string | undefined>,
): Promise<readonly Figure[]> {
  const engine = await context.engine();
  if (engine === undefined) return [];
  const host = await reach(engine);
  const figures: Figure[] = [];
  for (const { label, files } of contextSizes(context.isQuick)) {
    context.tell(`A cached build, ${label}, on ${engine.description}`);
    const site = await createBenchSite(context, { name: `${part}-${files}`, files });
    const builds = await prepareBuilds(context, engine, site);
    const ours: OurBuild[] = [];
    const peer: ProgramRun[] = [];
    const keep = async <Run extends ProgramRun>(runs: Run[], run: Promise<Run>) => {
      runs.push(await run);
      return runs.at(-1)?.ms ?? 0;
    };
    await comparePaired({
      ours: () => keep(ours, builds.ours(host)),
      peer: () => keep(peer, builds.peer(host)),
      pairs: context.isQuick ? 3 : 15,
      warmUps: 0,
    });
    figures.push(...describe({ part, label, files }, ours, peer));
  }
  return figures;
}

/** The total, the total without what only de-build does, and the time of each stage. */
function describe(
  {
    part,
    label,
    files,
  }: { readonly part: 'cached-build' | 'far-build'; readonly label: string; readonly files: number },
  ours: readonly OurBuild[],
  peer: readonly ProgramRun[],
): readonly Figure[] {
  const pairs = ours.map((run, at) => ({ run, ours: run.ms, peer: peer[at]?.ms ?? Number.NaN }));
  const whole = compare(pairs);
  const withoutChecks = pairs.map(({ run, peer }) => ({ ours: run.ms - checksOf(run), peer }));
  return [
    figureOf(
      {
        part,
        name: `cached release : docker build, ${label}`,
        unit: 'ms',
        // Its checks take as long for any context.
        ...(part === 'cached-build' && { aim: { atMost: files === 0 ? 1.6 : 1.2 } }),
      },
      whole,
    ),
    figureOf({ part, name: '  without its checks', unit: 'ms', aim: { atMost: 1 } }, compare(withoutChecks)),
    ...[...medianStages(ours)].map(([stage, ms]): Figure => {
      const name = `    ${stage}${CHECKS.includes(stage) ? ' (checks)' : ''}`;
      return { part, name, unit: 'ms', ours: ms, peer: whole.peer, ratio: ms / whole.peer };
    }),
  ];
}

/** The time outside all stages is that of the process itself: its start, parsing the arguments, its end. */
function medianStages(runs: readonly OurBuild[]): ReadonlyMap<string, number> {
  const names = [...new Set(runs.flatMap(({ stages }) => [...stages.keys()]))];
  const stages = new Map(names.map((name) => [name, median(runs.map((run) => run.stages.get(name) ?? 0))]));
  const outside = runs.map((run) => run.ms - [...run.stages.values()].reduce((sum, ms) => sum + ms, 0));
  return stages.set('process', median(outside));
}
