import type { Finding, Redactor } from '@de-build/core';
import type { Io, StopReason } from './io.ts';
import { renderFailure } from './render/failure.ts';
import { createRenderer, type Renderer } from './render/renderer.ts';
import { exitCodeOf } from './stop-signal.ts';

/** Everything a command says goes through here, and so through the redactor. */
export interface Output {
  write(text: string): void;
  renderer(progress: string): Promise<Renderer>;
  /** Presents what was thrown. @returns the exit code it asks for */
  fail(error: unknown, options?: { readonly stopped: StopReason | undefined }): number;
}
