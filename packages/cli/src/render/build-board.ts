import type { BuildLogEvent, BuildStepEvent, ProgressEvent, ReleaseEvent } from '@de-build/core';
import { makeVisible } from '@de-build/core';

/** A step of the build as it is known now. */
export interface BoardStep {
  /** As plain progress counts them, from 1. */
  readonly number: number;
  readonly name: string;
  state: BuildStepEvent['state'] | 'announced';
  /** By our own clock, in milliseconds; the engine's may differ from it. */
  startedAt: number;
  durationMs: number;
  error: string | undefined;
  /** The last lines of its output, the newest last. */
  readonly tail: string[];
  /** Output that has no line feed yet. */
  readonly partial: Record<BuildLogEvent['stream'], string>;
  /** When it last told anything. */
  heardAt: number;
  readonly transfers: Map<string, ProgressEvent>;
}

/** Events about one step of a build. */
export type BoardEvent = BuildStepEvent | BuildLogEvent | (ProgressEvent & { readonly step: string });

export function isBoardEvent(event: ReleaseEvent): event is BoardEvent {
  if (event.type === 'progress') return event.step !== undefined;
  return event.type === 'build-step' || event.type === 'build-log';
}

/** What a build has told so far, for views that draw it. */
export interface BuildBoard {
  readonly steps: ReadonlyMap<string, BoardStep>;
  /**
   * Takes an event in.
   * @returns the step it is about, and the complete lines of output that it brought
   */
  take(event: BoardEvent, now: number): Told;
}

export interface Told {
  readonly step: BoardStep;
  readonly lines: readonly string[];
}

const TAIL = 40;
/** A longer line is cut: nobody reads it, and some build tools never end theirs. */
const LONGEST_LINE = 2000;

export function createBuildBoard(): BuildBoard {
  const steps = new Map<string, BoardStep>();

  function find(id: string, name: string, now: number): BoardStep {
    const known = steps.get(id);
    if (known !== undefined) return known;
    const made: BoardStep = {
      number: steps.size + 1,
      name: makeVisible(name).replaceAll('\n', ' '),
      state: 'announced',
      startedAt: now,
      durationMs: 0,
      error: undefined,
      tail: [],
      partial: { stdout: '', stderr: '' },
      heardAt: now,
      transfers: new Map(),
    };
    steps.set(id, made);
    return made;
  }

  return {
    steps,
    take(event, now) {
      const step = find(event.step, event.type === 'build-step' ? event.name : event.step, now);
      step.heardAt = now;
      if (event.type === 'build-step') return { step, lines: changeState(step, event, now) };
      if (event.type === 'build-log') return { step, lines: takeLog(step, event) };
      step.transfers.set(event.id, event);
      return { step, lines: [] };
    },
  };
}

function changeState(step: BoardStep, event: BuildStepEvent, now: number): readonly string[] {
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

function takeLog(step: BoardStep, event: BuildLogEvent): readonly string[] {
  const lines = (step.partial[event.stream] + makeVisible(event.text)).split('\n');
  step.partial[event.stream] = (lines.pop() ?? '').slice(0, LONGEST_LINE);
  return keep(step, lines);
}

function keep(step: BoardStep, lines: readonly string[]): readonly string[] {
  const cut = lines.map((line) =>
    (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line).replaceAll('\t', '    '),
  );
  step.tail.push(...cut.slice(-TAIL));
  if (step.tail.length > TAIL) step.tail.splice(0, step.tail.length - TAIL);
  return cut;
}
