import type { BuildLogEvent, BuildStepEvent, FlowEvent, ProgressEvent, StageEvent } from '@de-build/core';
import { makeVisible, readableStep } from '@de-build/core';

/** The state of a running flow, for views. Times are milliseconds by our own clock. */
export interface FlowState {
  readonly startedAt: number;
  stage: Stage | undefined;
  checks: number;
  readonly steps: Map<string, Step>;
  failedStep: Step | undefined;
  /** Progress that belongs to no step. */
  readonly work: Map<string, Work>;
}

export interface Stage {
  readonly event: StageEvent;
  readonly startedAt: number;
  /** Its title was written, as a heading. */
  isOpen: boolean;
  hasSteps: boolean;
}

/** A step of the build. */
export interface Step {
  /** As plain progress counts them, from 1. */
  readonly number: number;
  readonly name: string;
  state: BuildStepEvent['state'] | 'announced';
  startedAt: number;
  durationMs: number;
  error: string | undefined;
  /** The last lines of its output, the newest last. */
  readonly tail: string[];
  /** Output that has no line feed yet. */
  readonly partial: Record<BuildLogEvent['stream'], string>;
  /** When its last event came. */
  heardAt: number;
  readonly work: Map<string, Work>;
}

export interface Work {
  readonly startedAt: number;
  event: ProgressEvent;
  /** What was written of it, in views that only append lines. */
  written: { readonly at: number; readonly quarter: number };
}

/** What an event changed. */
export interface Taken {
  readonly step?: Step;
  /** The state of the step before; absent for a new one. */
  readonly before?: Step['state'] | undefined;
  /** Complete lines of the step's output. */
  readonly lines: readonly string[];
  readonly work?: Work;
}

const TAIL = 40;
/** A longer line is cut: nobody reads it, and some build tools never end theirs. */
const LONGEST_LINE = 2000;

export function startFlow(now: number): FlowState {
  return {
    startedAt: now,
    stage: undefined,
    checks: 0,
    steps: new Map(),
    failedStep: undefined,
    work: new Map(),
  };
}

export function takeEvent(state: FlowState, event: FlowEvent, now: number): Taken {
  switch (event.type) {
    case 'stage':
      state.work.clear();
      state.stage =
        event.state === 'started' ? { event, startedAt: now, isOpen: false, hasSteps: false } : undefined;
      return { lines: [] };
    case 'check':
      state.checks += 1;
      return { lines: [] };
    case 'progress':
      return takeProgress(state, event, now);
    case 'build-step':
    case 'build-log':
      return takeStepEvent(state, event, now);
    default:
      return { lines: [] };
  }
}

function takeProgress(state: FlowState, event: ProgressEvent, now: number): Taken {
  const step = event.step === undefined ? undefined : findStep(state, event.step, now);
  if (step !== undefined) step.heardAt = now;
  const all = step?.work ?? state.work;
  const known = all.get(event.id);
  const work = known ?? { startedAt: now, event, written: { at: now, quarter: 0 } };
  // Builders report the end more than once.
  if (known?.event.done === true) return { lines: [], ...(step === undefined ? {} : { step }) };
  work.event = event;
  all.set(event.id, work);
  return { lines: [], work, ...(step === undefined ? {} : { step }) };
}

function takeStepEvent(state: FlowState, event: BuildStepEvent | BuildLogEvent, now: number): Taken {
  if (state.stage !== undefined) state.stage.hasSteps = true;
  const before = state.steps.get(event.step)?.state;
  const step = findStep(state, event.step, now, event.type === 'build-step' ? event.name : undefined);
  step.heardAt = now;
  if (event.type === 'build-log') return { step, before, lines: takeLog(step, event) };
  if (event.state === 'failed') state.failedStep = step;
  return { step, before, lines: changeState(step, event, now) };
}

function findStep({ steps }: FlowState, id: string, now: number, name = id): Step {
  const known = steps.get(id);
  if (known !== undefined) return known;
  const step: Step = {
    number: steps.size + 1,
    name: readableStep(makeVisible(name)),
    state: 'announced',
    startedAt: now,
    durationMs: 0,
    error: undefined,
    tail: [],
    partial: { stdout: '', stderr: '' },
    heardAt: now,
    work: new Map(),
  };
  steps.set(id, step);
  return step;
}

function changeState(step: Step, event: BuildStepEvent, now: number): readonly string[] {
  if (event.state === 'started') {
    if (step.state !== 'started') step.startedAt = now;
    step.state = 'started';
    return [];
  }
  step.state = event.state;
  step.error = event.error === undefined ? undefined : makeVisible(event.error);
  const { startedAt, completedAt } = event;
  step.durationMs =
    startedAt !== undefined && completedAt !== undefined ? completedAt - startedAt : now - step.startedAt;
  const rest = Object.values(step.partial).filter((line) => line !== '');
  Object.assign(step.partial, { stdout: '', stderr: '' });
  return keep(step, rest);
}

function takeLog(step: Step, event: BuildLogEvent): readonly string[] {
  const lines = (step.partial[event.stream] + makeVisible(event.text)).split('\n');
  step.partial[event.stream] = (lines.pop() ?? '').slice(0, LONGEST_LINE);
  return keep(step, lines);
}

function keep(step: Step, lines: readonly string[]): readonly string[] {
  const cut = lines.map((line) =>
    (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line).replaceAll('\t', '    '),
  );
  step.tail.push(...cut.slice(-TAIL));
  if (step.tail.length > TAIL) step.tail.splice(0, step.tail.length - TAIL);
  return cut;
}
