import type { FlowEvent } from '@de-build/core';

/** Shows what a flow does while it runs. */
export interface ProgressView {
  event(event: FlowEvent): void;
  /** Called once, after the last event. The failure itself is presented elsewhere. */
  end(outcome: { readonly error?: unknown }): void;
  /** Whether anything was written that is still there. */
  hasWritten(): boolean;
}

export interface ViewOptions {
  readonly clock: Clock;
  /** Whether every stage and check is shown, or only what takes long and what people should know. */
  readonly isStory: boolean;
}

/** Time, for views; tests give their own. */
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
