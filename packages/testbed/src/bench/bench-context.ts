import type { BenchEngine } from './bench-engine.ts';
import type { Program } from './program.ts';

/** What the parts of a bench share. */
export interface BenchContext {
  /** A command line of de-build. */
  readonly deBuild: (args: readonly string[], options?: Omit<Program, 'command' | 'args'>) => Program;
  /** Few runs and small inputs: shows that everything works, not how fast it is. */
  readonly isQuick: boolean;
  readonly signal: AbortSignal;
  /** Empty at the start, removed at the end. */
  readonly folder: string;
  /** Says what is going on, for people. */
  readonly tell: (text: string) => void;
  /** Called in reverse order at the end, each even if another fails. */
  readonly cleanUps: (() => Promise<unknown>)[];
  /** Started at the first call. Undefined where this machine may not have one. */
  readonly engine: () => Promise<BenchEngine | undefined>;
}
