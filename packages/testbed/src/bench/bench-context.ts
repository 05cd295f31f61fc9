import type { PartContext } from '../parts/run-parts.ts';
import type { BenchEngine } from './bench-engine.ts';
import type { Program } from './program.ts';

/** What the parts of a bench share. */
export interface BenchContext extends PartContext {
  /** A command line of de-build. */
  readonly deBuild: (args: readonly string[], options?: Omit<Program, 'command' | 'args'>) => Program;
  /** Started at the first call. Undefined if this machine cannot start one. */
  readonly engine: () => Promise<BenchEngine | undefined>;
}
