import type { ProgressEvent } from '../progress/progress.ts';

/**
 * What a build reports while it runs. Texts are raw: flows redact them, and renderers
 * escape control characters. Times are milliseconds since the epoch by the engine's clock.
 */
export type BuildEvent = BuildStepEvent | BuildLogEvent | BuildWarningEvent | ProgressEvent;

export interface BuildStepEvent {
  readonly type: 'build-step';
  /** Digest of the vertex. */
  readonly step: string;
  readonly name: string;
  readonly state: 'started' | 'cached' | 'done' | 'failed' | 'canceled';
  readonly startedAt?: number;
  readonly completedAt?: number;
  /** The builder's own error text, when `failed`. */
  readonly error?: string;
}

export interface BuildLogEvent {
  readonly type: 'build-log';
  readonly step: string;
  readonly stream: 'stdout' | 'stderr';
  /** A piece of output, not necessarily whole lines. */
  readonly text: string;
}

export interface BuildWarningEvent {
  readonly type: 'build-warning';
  readonly step?: string;
  readonly text: string;
  readonly url?: string;
}

/** Bytes that a step of a build moves, in bytes; a total of 0 is an unknown one. */
export interface StepTransfer {
  /** The builder's own: `transferring context:`, `exporting layers`, a layer's digest. */
  readonly label: string;
  readonly current: number;
  readonly total: number;
  readonly done: boolean;
}

export function transferEvent(step: string, { label, current, total, done }: StepTransfer): ProgressEvent {
  const known = total > 0 ? { total } : {};
  return {
    type: 'progress',
    id: `${step} ${label}`,
    title: label,
    unit: 'bytes',
    current,
    ...known,
    step,
    done,
  };
}
