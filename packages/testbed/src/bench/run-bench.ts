import { availableParallelism } from 'node:os';
import { type PartContext, runParts } from '../parts/run-parts.ts';
import { whyNoPrivateEngine } from '../shared-engines.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchEngine, startBenchEngine } from './bench-engine.ts';
import { drawFigures } from './draw-figures.ts';
import { type Figure, isMet, type PartName } from './figure.ts';
import { measureCachedBuild, measureFarBuild } from './measure-cached-build.ts';
import { measureCheck } from './measure-check.ts';
import { measureContextBytes } from './measure-context-bytes.ts';
import { measureDowntime } from './measure-downtime.ts';
import { measureDump } from './measure-dump.ts';
import { measureList } from './measure-list.ts';
import { measureOneMoved } from './measure-one-moved.ts';
import { measureSourcesClone } from './measure-sources-clone.ts';
import { measureStartUp } from './measure-start-up.ts';

export interface BenchOptions {
  /** The file that is the command `de-build`. */
  readonly cli: string;
  /** What follows the command: `--quick`, `--json`, `--only PART` (may be repeated). */
  readonly args: readonly string[];
}

const PARTS: Readonly<Record<PartName, (context: BenchContext) => Promise<readonly Figure[]>>> = {
  'start-up': measureStartUp,
  'cached-build': measureCachedBuild,
  'far-build': measureFarBuild,
  'context-bytes': measureContextBytes,
  'one-moved': measureOneMoved,
  'sources-clone': measureSourcesClone,
  check: measureCheck,
  list: measureList,
  downtime: measureDowntime,
  dump: measureDump,
};

/**
 * Compares de-build with the tools that one would use without it, in one run, and prints ratios. Starts
 * what it needs and removes it again, also on Ctrl-C.
 * @returns the exit code: 0 when every aim is met, 1 when one is missed, 2 for wrong arguments
 */
export function runBench({ cli, args }: BenchOptions): Promise<number> {
  return runParts({
    name: 'bench',
    args,
    parts: PARTS,
    equip: (context) => equip(cli, context),
    isMet,
    toText,
    toJson: (figure) => ({ ...figure, name: figure.name.trim() }),
    countsQuick: false,
  });
}

function equip(cli: string, context: PartContext): BenchContext {
  let engine: Promise<BenchEngine | undefined> | undefined;
  return {
    ...context,
    deBuild: (args, program) => ({ ...program, command: process.execPath, args: [cli, ...args] }),
    engine() {
      engine ??= startEngine(context);
      return engine;
    },
  };
}

async function startEngine({ cleanUps, tell }: PartContext): Promise<BenchEngine | undefined> {
  const reason = whyNoPrivateEngine();
  if (reason !== undefined) {
    tell(`Skipping the parts that need an engine: ${reason}`);
    return undefined;
  }
  const engine = await startBenchEngine();
  if (engine !== undefined) cleanUps.push(() => engine.stop());
  return engine;
}

function toText(figures: readonly Figure[], isQuick: boolean): string {
  return [
    '',
    drawFigures(figures),
    '',
    `Medians of whole processes, run alternately on ${availableParallelism()} cores, Node ${process.version}.`,
    'The ratios are what counts; the times mean nothing on another machine.',
    ...(isQuick ? ['A quick run shows that everything works, not how fast it is.'] : []),
    '',
  ].join('\n');
}
