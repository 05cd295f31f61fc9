import type { Engine } from '../engine/engine.ts';

/** Pending work of some kind, read from a journal. */
export interface PendingWork {
  /** Follows "A run died": `while it tagged and recorded acme/erp:1.4.0`. */
  readonly during: string;
  /** Image names that the work assigns or holds. */
  readonly references: readonly string[];
  /** Records that completing it writes. */
  readonly records: readonly { readonly version: string; readonly text: string }[];
  /** Completes the work or undoes it; every step may have been taken before. @returns a sentence that says which */
  settle(tools: { readonly engine: () => Promise<Engine> }): Promise<string>;
}
