/**
 * What a build tells while it runs, the same for every builder. All texts are raw: they pass the redactor
 * where they leave core (`release/`), and renderers make control characters visible.
 * Times are milliseconds since the epoch by the engine's clock; sizes are bytes.
 */
export type BuildEvent = BuildStepEvent | BuildLogEvent | BuildTransferEvent | BuildWarningEvent;

export interface BuildStepEvent {
  readonly type: 'build-step';
  /** Digest of the vertex, or the classic builder's step number. */
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

export interface BuildTransferEvent {
  readonly type: 'build-transfer';
  readonly step: string;
  /** The builder's own label: `transferring context:`, `exporting layers`, a layer's digest. */
  readonly label: string;
  readonly current: number;
  /** 0 when unknown. */
  readonly total: number;
  readonly done: boolean;
}

export interface BuildWarningEvent {
  readonly type: 'build-warning';
  readonly step?: string;
  readonly text: string;
  readonly url?: string;
}
