import type { BuildPlan, CheckReport, ReleaseEvent, ReleaseResult } from '@de-build/core';
import type { Terminal } from '../io.ts';

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

export const systemClock: Clock = {
  now: Date.now,
  every(milliseconds, callback) {
    const timer = setInterval(callback, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Loads the one renderer that is needed. */
export async function createRenderer(
  progress: Progress,
  terminal: Terminal,
  clock: Clock = systemClock,
): Promise<Renderer> {
  if (progress === 'json') return (await import('./json.ts')).createJsonRenderer(terminal, clock);
  if (progress === 'auto' && terminal.isTTY) {
    return (await import('./pretty.ts')).createPrettyRenderer(terminal, clock);
  }
  return (await import('./plain.ts')).createPlainRenderer(terminal, clock);
}
