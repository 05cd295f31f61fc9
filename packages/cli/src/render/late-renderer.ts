import type { ReleaseEvent } from '@de-build/core';
import type { Renderer } from './renderer.ts';

/** Draws nothing before the first event, for commands that seldom have any. */
export interface LateRenderer {
  event(event: ReleaseEvent): void;
  isDrawing(): boolean;
  end(): Promise<void>;
}

export function createLateRenderer(create: () => Promise<Renderer>): LateRenderer {
  let drawing: Promise<Renderer> | undefined;
  return {
    event(event) {
      drawing ??= create();
      // Callbacks of one promise run in the order in which they were given.
      drawing.then(
        (renderer) => renderer.event(event),
        () => undefined,
      );
    },
    isDrawing: () => drawing !== undefined,
    async end() {
      (await drawing)?.end({ error: undefined });
    },
  };
}
