import type { BuildPlan, CheckReport, RebuiltRelease, ReleaseEvent, ReleaseResult } from '@de-build/core';

/** Draws what a flow tells while it runs, and what came of it. */
export interface Renderer {
  event(event: ReleaseEvent): void;
  /** Called once, after the last event. A failure itself is presented by `failure.ts`, not here. */
  end(outcome: Outcome): void;
}

export type Outcome =
  | { readonly plan: BuildPlan }
  | { readonly result: ReleaseResult }
  | { readonly report: CheckReport }
  | { readonly rebuilt: RebuiltRelease }
  | { readonly error: unknown };

/** `auto` is the live view on a terminal and plain lines elsewhere. */
export type Progress = 'auto' | 'plain' | 'json';

/** Time, for renderers; tests give their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back every so many milliseconds; never keeps the process alive. @returns stops it */
  every(milliseconds: number, callback: () => void): () => void;
}
