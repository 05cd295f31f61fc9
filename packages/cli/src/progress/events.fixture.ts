import type { CheckEvent, Finding, FlowEvent } from '@de-build/core';
import type { Clock } from './view.ts';

/** Builds the events that tests of views replay. */

export interface FakeClock extends Clock {
  /** Advances the time; every timer that is due calls back. */
  pass(milliseconds: number): void;
}

export function fakeClock(): FakeClock {
  let now = Date.UTC(2026, 7, 1);
  const timers = new Set<{ readonly period: number; due: number; readonly callback: () => void }>();
  return {
    now: () => now,
    every(period, callback) {
      const timer = { period, due: now + period, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(milliseconds) {
      const end = now + milliseconds;
      for (; now < end; now++) {
        for (const timer of timers) {
          if (timer.due > now) continue;
          timer.due += timer.period;
          timer.callback();
        }
      }
    },
  };
}

export const started = (step: string, name: string): FlowEvent => ({
  type: 'build-step',
  step,
  name,
  state: 'started',
});

export const ended = (
  step: string,
  name: string,
  end: { state: 'cached' | 'done' | 'failed' | 'canceled'; took?: number; error?: string },
): FlowEvent => ({
  type: 'build-step',
  step,
  name,
  state: end.state,
  ...(end.took === undefined ? {} : { startedAt: 1000, completedAt: 1000 + end.took }),
  ...(end.error === undefined ? {} : { error: end.error }),
});

export const log = (step: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): FlowEvent => ({
  type: 'build-log',
  step,
  stream,
  text,
});

export const transfer = (step: string, label: string, current: number, total: number): FlowEvent => ({
  ...work(label, current, total),
  id: `${step} ${label}`,
  step,
});

/** Progress that belongs to no step. */
export const work = (title: string, current: number, total: number) =>
  ({
    type: 'progress',
    id: title,
    title,
    unit: 'bytes',
    current,
    total,
    done: total > 0 && current === total,
  }) as const;

export const stage = (
  name: 'check' | 'build' | 'verify' | 'tag' | 'record' | 'plan',
  title: string,
  state: 'started' | 'done' | 'failed' = 'started',
  durationMs = 1234,
): FlowEvent => ({
  type: 'stage',
  flow: 'release',
  stage: name,
  title,
  state,
  ...(state === 'started' ? {} : { durationMs }),
});

export const check = (changes: Partial<CheckEvent> = {}): CheckEvent => ({
  type: 'check',
  id: 'env',
  title: 'The env file',
  status: 'passed',
  durationMs: 12,
  findings: [],
  ...changes,
});

export const finding = (changes: Partial<Finding> = {}): Finding => ({
  id: 'env-key-missing',
  severity: 'error',
  what: 'DE_SITE_VERSION is missing.',
  why: 'de-example.env asks for it.',
  fix: 'Add it to .env.',
  file: '.env',
  line: 12,
  ...changes,
});
