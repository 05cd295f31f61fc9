import type { FlowEvent } from '@de-build/core';

/** Shows what a flow does while it runs. */
export interface ProgressView {
  event(event: FlowEvent): void;
  /** Called once, after the last event. The failure itself is presented elsewhere. */
  end(outcome: { readonly error?: unknown }): void;
  /** Whether any written output is still visible. */
  hasWritten(): boolean;
}

export interface ViewOptions {
  readonly clock: Clock;
  /** Whether every stage and check is shown, or only long work and notices. */
  readonly isStory: boolean;
}

/** Time, for views; tests give their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back at this interval in milliseconds; never keeps the process alive. @returns stops it */
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
