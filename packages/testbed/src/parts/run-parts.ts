import { availableParallelism } from 'node:os';
import { openTestRun } from '../test-run.ts';
import { readPartArguments } from './read-part-arguments.ts';

/** What the parts of a command share. */
export interface PartContext {
  /** Few runs and small inputs: shows that everything works, not how well. */
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  /** Empty at the start, removed at the end. */
  readonly folder: string;
  /** Reports progress, for people. */
  readonly tell: (text: string) => void;
  /** Called in reverse order at the end, even if one fails. */
  readonly cleanUps: (() => Promise<unknown>)[];
}

/** A command that runs parts and prints the figures of all of them. */
export interface PartedCommand<Name extends string, Context extends PartContext, Figure> {
  /** `bench` */
  readonly name: string;
  /** What follows the command: `--quick`, `--json`, `--only PART` (may be repeated). */
  readonly args: readonly string[];
  readonly parts: Readonly<Record<Name, (context: Context) => Promise<readonly Figure[]>>>;
  readonly equip: (context: PartContext) => Context;
  readonly isMet: (figure: Figure) => boolean | undefined;
  readonly toText: (figures: readonly Figure[], isQuick: boolean) => string;
  /** A figure as `--json` prints it. */
  readonly toJson: (figure: Figure) => object;
  /** Whether missing an aim in a quick run is an error. */
  readonly countsQuick: boolean;
}

/**
 * Runs the selected parts, one after the other, and removes what they started, also on Ctrl-C.
 * @returns the exit code: 0 when every aim is met, 1 when one is missed, 2 for wrong arguments
 */
export async function runParts<Name extends string, Context extends PartContext, Figure>(
  command: PartedCommand<Name, Context, Figure>,
): Promise<number> {
  const names = Object.keys(command.parts) as Name[];
  const asked = readPartArguments(command.name, names, command.args);
  if (typeof asked === 'string') {
    process.stderr.write(`${asked}\n`);
    return 2;
  }
  const { isQuick, isJson, parts } = asked;
  const stop = abortOnSignals();
  const cleanUps: (() => Promise<unknown>)[] = [];
  const tell = (text: string) => void process.stderr.write(`${text}\n`);
  try {
    const run = await openTestRun();
    cleanUps.push(() => run.end());
    const context = command.equip({ isQuick, signal: stop.signal, folder: run.folder, tell, cleanUps });
    const figures: Figure[] = [];
    for (const part of parts) {
      tell(`Measuring ${part}`);
      figures.push(...(await command.parts[part](context)));
    }
    process.stdout.write(isJson ? inJson(command, figures, isQuick) : command.toText(figures, isQuick));
    const isMissed = figures.some((figure) => command.isMet(figure) === false);
    return isMissed && (command.countsQuick || !isQuick) ? 1 : 0;
  } catch (error) {
    if (stop.exitCode() !== undefined) return stop.exitCode() ?? 1;
    throw error;
  } finally {
    for (const cleanUp of cleanUps.toReversed()) {
      await cleanUp().catch((error: unknown) => tell(`Not cleaned up: ${String(error)}`));
    }
    stop.release();
  }
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

function inJson<Name extends string, Context extends PartContext, Figure>(
  command: PartedCommand<Name, Context, Figure>,
  figures: readonly Figure[],
  isQuick: boolean,
): string {
  const measured = figures.map((figure) => ({
    ...command.toJson(figure),
    met: command.isMet(figure) ?? null,
  }));
  const result = { node: process.version, cpus: availableParallelism(), isQuick, figures: measured };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
