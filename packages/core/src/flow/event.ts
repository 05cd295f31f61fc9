import type { Leak } from '../audit/leaks/leak.ts';
import type { BuildEvent } from '../engine/build-event.ts';
import type { Finding } from '../errors/finding.ts';
import type { ProgressEvent } from '../progress/progress.ts';

/** Everything a flow reports while it runs, redacted. One JSON object per event with `--progress json`. */
export type FlowEvent = StageEvent | CheckEvent | NoticeEvent | ProgressEvent | LeakEvent | BuildEvent;

/** A named step of a flow. */
export interface StageEvent {
  readonly type: 'stage';
  /** `release`, `rebuild`, `archive`, … */
  readonly flow: string;
  /** One of the flow's stages: `check`, `plan`, `fetch`, `build`, `verify`, … */
  readonly stage: string;
  /** What the stage does, for people: `Building desiredeffect/erpnext-custom:1.4.0`. */
  readonly title: string;
  readonly state: 'started' | 'done' | 'failed';
  readonly durationMs?: number;
}

/** A check has ended. */
export interface CheckEvent extends CheckResult {
  readonly type: 'check';
}

/** Something a person should know that is neither a finding of a check nor output of the build. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** The audit found a secret, or what looks like one: one event for all its places. */
export interface LeakEvent {
  readonly type: 'leak';
  readonly leak: Leak;
  /** Its first place, in a phrase. */
  readonly where: string;
  /** The image is refused for it: the failure says how to fix it. */
  readonly isRefused: boolean;
}

export interface CheckResult {
  /** Stable id, such as `env` or `site-version`; docs/checks.md lists them. */
  readonly id: string;
  readonly title: string;
  readonly status: 'passed' | 'warned' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly findings: readonly Finding[];
  /** One line about what was seen: `12 apps, 12 reachable`. */
  readonly summary?: string;
}
