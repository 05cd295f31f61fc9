import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { whyNoPrivateEngine } from '../shared-engines.ts';
import type { BenchContext } from './bench-context.ts';
import { type BenchEngine, startBenchEngine } from './bench-engine.ts';
import { drawFigures } from './draw-figures.ts';
import { type Figure, isMet, type PartName } from './figure.ts';
import { measureCachedBuild } from './measure-cached-build.ts';
import { measureCheck } from './measure-check.ts';
import { measureContextBytes } from './measure-context-bytes.ts';
import { measureList } from './measure-list.ts';
import { measureStartUp } from './measure-start-up.ts';
import { readBenchArguments } from './read-bench-arguments.ts';

export interface BenchOptions {
  /** The file that is the command `de-build`. */
  readonly cli: string;
  /** What follows the command: `--quick`, `--json`, `--only PART` (may be repeated). */
  readonly args: readonly string[];
}

const PARTS: Readonly<Record<PartName, (context: BenchContext) => Promise<readonly Figure[]>>> = {
  'start-up': measureStartUp,
  'cached-build': measureCachedBuild,
  'context-bytes': measureContextBytes,
  check: measureCheck,
  list: measureList,
};

/**
 * Measures de-build against what one would use without it, side by side in one run, and prints ratios. Starts
 * what it needs and takes it away again, also on Ctrl-C.
 * @returns the exit code: 0 when every aim is met, 1 when one is missed, 2 for wrong arguments
 */
export async function runBench(options: BenchOptions): Promise<number> {
  const asked = readBenchArguments(options.args);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n`);
    return 2;
  }
  const stop = abortOnSignals();
  const cleanUps: (() => Promise<unknown>)[] = [];
  try {
    const context = await createContext(options.cli, { ...asked, signal: stop.signal, cleanUps });
    const figures: Figure[] = [];
    for (const part of asked.parts) {
      context.tell(`Measuring ${part}`);
      figures.push(...(await PARTS[part](context)));
    }
    process.stdout.write(asked.isJson ? toJson(figures, asked.isQuick) : toText(figures, asked.isQuick));
    return figures.some((figure) => isMet(figure) === false) && !asked.isQuick ? 1 : 0;
  } catch (error) {
    if (stop.exitCode() !== undefined) return stop.exitCode() ?? 1;
    throw error;
  } finally {
    for (const cleanUp of cleanUps.toReversed()) {
      await cleanUp().catch((error: unknown) => process.stderr.write(`Not cleaned up: ${String(error)}\n`));
    }
    stop.release();
  }
}

async function createContext(
  cli: string,
  options: Pick<BenchContext, 'isQuick' | 'signal' | 'cleanUps'>,
): Promise<BenchContext> {
  const folder = await mkdtemp(join(tmpdir(), 'de-build-bench-'));
  options.cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  let engine: Promise<BenchEngine | undefined> | undefined;
  return {
    ...options,
    folder,
    tell,
    deBuild: (args, program) => ({ ...program, command: process.execPath, args: [cli, ...args] }),
    engine() {
      engine ??= startEngine(options.cleanUps, tell);
      return engine;
    },
  };
}

async function startEngine(
  cleanUps: BenchContext['cleanUps'],
  tell: BenchContext['tell'],
): Promise<BenchEngine | undefined> {
  const reason = whyNoPrivateEngine();
  if (reason !== undefined) {
    tell(`What needs an engine is left out: ${reason}`);
    return undefined;
  }
  const engine = await startBenchEngine();
  if (engine !== undefined) cleanUps.push(() => engine.stop());
  return engine;
}

function abortOnSignals(): { signal: AbortSignal; exitCode(): number | undefined; release(): void } {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const handlers = { SIGINT: 130, SIGTERM: 143 } as const;
  const installed = Object.entries(handlers).map(([signal, code]) => {
    const handler = () => {
      exitCode ??= code;
      controller.abort(new Error('Stopped'));
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const remove of installed) remove();
    },
  };
}

function toJson(figures: readonly Figure[], isQuick: boolean): string {
  const measured = figures.map((figure) => ({
    ...figure,
    name: figure.name.trim(),
    met: isMet(figure) ?? null,
  }));
  return `${JSON.stringify({ node: process.version, cpus: availableParallelism(), isQuick, figures: measured }, undefined, 2)}\n`;
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
