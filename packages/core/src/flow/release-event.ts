import type { Leak } from '../audit/leaks/leak.ts';
import type { BuildEvent } from '../engine/build-event.ts';
import type { Finding } from '../errors/finding.ts';

/** Everything a release tells while it runs, redacted. One JSON object per event with `--progress json`. */
export type ReleaseEvent = StageEvent | CheckEvent | NoticeEvent | ImageReadEvent | LeakEvent | BuildEvent;

/** The named steps of a release, in order. */
export type StageName =
  | 'read'
  | 'check'
  | 'plan'
  | 'fetch'
  | 'build'
  | 'verify'
  | 'compare'
  | 'tag'
  | 'record';

export interface StageEvent {
  readonly type: 'stage';
  readonly stage: StageName;
  /** What the stage does, for people: `Building desiredeffect/erpnext-custom:1.4.0`. */
  readonly title: string;
  readonly state: 'started' | 'done' | 'failed';
  readonly durationMs?: number;
}

/** A check has ended. */
export interface CheckEvent extends CheckResult {
  readonly type: 'check';
}

/** Something a person should know, that is neither a check's finding nor the build's output. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** How much of an image was read, while it is searched and recorded; at most four times a second. */
export interface ImageReadEvent {
  readonly type: 'image-read';
  /** Bytes. */
  readonly current: number;
  /** Bytes; an estimate. */
  readonly total: number;
}

/** The audit found a secret, or what looks like one. */
export interface LeakEvent {
  readonly type: 'leak';
  readonly leak: Leak;
  /** Where it is, in a phrase. */
  readonly where: string;
}

export interface CheckResult {
  /** Stable id: `env`, `site-version`, `token`, `apps`, `repositories`, `containerfile`, `site-repository`, `engine`, `disk`, `image-tag`. */
  readonly id: string;
  readonly title: string;
  readonly status: 'passed' | 'warned' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly findings: readonly Finding[];
  /** One line of what was seen: `12 apps, 12 reachable`. */
  readonly summary?: string;
}
