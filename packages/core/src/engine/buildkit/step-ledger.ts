import { StringDecoder } from 'node:string_decoder';
import type { BuildEvent, BuildStepEvent } from '../build-event.ts';
import type { BuildStepTiming } from '../engine.ts';
import type { BuildStatus, Vertex, VertexLog, VertexTransfer, VertexWarning } from './status.ts';

/** What the trace of a build told, kept to its end; events go out as it comes in. */
export interface StepLedger {
  take(status: BuildStatus): void;
  /** The build is over: steps that still run get their end. */
  end(state: 'failed' | 'canceled'): void;
  timings(): readonly BuildStepTiming[];
  warnings(): readonly string[];
  /** The step that made the build fail. */
  failedStep(): FailedStep | undefined;
  /** Base images with a digest in the name of their step: reference → `sha256:…`. */
  baseDigests(): Readonly<Record<string, string>>;
}

export interface FailedStep {
  readonly name: string;
  readonly error: string;
  /** The end of its output, some hundred lines. */
  readonly tail: string;
}

interface Step {
  readonly digest: string;
  readonly name: string;
  state: 'waiting' | BuildStepEvent['state'];
  startedAt: number | undefined;
  completedAt: number | undefined;
  isCached: boolean;
  error: string;
  tail: string;
  readonly decoders: [StringDecoder, StringDecoder];
}

const TAIL_CHARACTERS = 16_000;
const CANCELED = /context canceled|\bcanceled\b$/;

export function createStepLedger(emit: (event: BuildEvent) => void): StepLedger {
  const steps = new Map<string, Step>();
  const warnings = new Set<string>();

  const enter = (digest: string, name: string): Step => {
    const known = steps.get(digest);
    if (known !== undefined) return known;
    const step: Step = {
      ...{ digest, name, state: 'waiting', startedAt: undefined, completedAt: undefined },
      ...{ isCached: false, error: '', tail: '' },
      decoders: [new StringDecoder('utf8'), new StringDecoder('utf8')],
    };
    steps.set(digest, step);
    return step;
  };

  const move = (step: Step, state: BuildStepEvent['state']) => {
    step.state = state;
    const { digest, name, startedAt, completedAt, error } = step;
    emit({
      ...{ type: 'build-step', step: digest, name, state },
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(completedAt === undefined || state === 'started' ? {} : { completedAt }),
      ...(state === 'failed' ? { error } : {}),
    });
  };

  const takeVertex = (vertex: Vertex) => {
    const step = enter(vertex.digest, vertex.name);
    // A vertex may run more than once; the first start and the last end count.
    step.startedAt ??= vertex.startedAt;
    step.completedAt = vertex.completedAt ?? step.completedAt;
    step.isCached ||= vertex.isCached;
    step.error = vertex.error || step.error;
    const isOver = vertex.completedAt !== undefined;
    const state = isOver ? endOf(step) : 'started';
    if (vertex.startedAt === undefined && !isOver) return;
    if (step.state === 'waiting' && state !== 'cached') move(step, 'started');
    const isNews = step.state === 'waiting' || step.state === 'started' || state === 'failed';
    if (isOver && isNews && step.state !== state) move(step, state);
  };

  const takeLog = ({ vertex, stream, bytes }: VertexLog) => {
    const step = enter(vertex, '');
    const text = step.decoders[stream === 2 ? 1 : 0].write(bytes);
    if (text === '') return;
    step.tail = (step.tail + text).slice(-TAIL_CHARACTERS);
    emit({ type: 'build-log', step: vertex, stream: stream === 2 ? 'stderr' : 'stdout', text });
  };

  const takeTransfer = ({ vertex, label, current, total, isDone }: VertexTransfer) =>
    emit({ type: 'build-transfer', step: vertex, label, current, total, done: isDone });

  const takeWarning = ({ vertex, text, url }: VertexWarning) => {
    if (warnings.has(text)) return;
    warnings.add(text);
    emit({ type: 'build-warning', ...(vertex === '' ? {} : { step: vertex }), text, ...(url && { url }) });
  };

  return {
    take(status) {
      for (const vertex of status.vertexes) takeVertex(vertex);
      for (const transfer of status.transfers) takeTransfer(transfer);
      for (const log of status.logs) takeLog(log);
      for (const warning of status.warnings) takeWarning(warning);
    },
    end(state) {
      for (const step of steps.values()) {
        if (step.state !== 'started') continue;
        if (state === 'failed') step.error ||= 'The engine broke off.';
        move(step, state);
      }
    },
    timings: () => [...steps.values()].flatMap((step) => timingOf(step) ?? []),
    warnings: () => [...warnings],
    failedStep() {
      const failed = [...steps.values()].find((step) => step.state === 'failed');
      return failed && { name: failed.name, error: failed.error, tail: failed.tail };
    },
    baseDigests: () => Object.fromEntries([...steps.values()].flatMap((step) => baseDigestOf(step.name))),
  };
}

function endOf(step: Step): BuildStepEvent['state'] {
  if (step.error !== '') return CANCELED.test(step.error) ? 'canceled' : 'failed';
  return step.isCached ? 'cached' : 'done';
}

function timingOf({ name, startedAt, completedAt, isCached }: Step): BuildStepTiming | undefined {
  if (startedAt === undefined || completedAt === undefined) return undefined;
  return { name, durationMs: Math.max(0, completedAt - startedAt), cached: isCached };
}

/** `[1/4] FROM docker.io/library/debian:12@sha256:…` */
function baseDigestOf(name: string): [string, string][] {
  const [, reference, digest] = /^\[[^\]]*\] FROM (\S+?)@(sha256:[0-9a-f]{64})/.exec(name) ?? [];
  if (reference === undefined || digest === undefined) return [];
  return [[reference.replace(/^docker\.io\/(library\/)?/, ''), digest]];
}
