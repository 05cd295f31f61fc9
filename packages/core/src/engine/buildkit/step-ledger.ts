import { StringDecoder } from 'node:string_decoder';
import { omitUndefined } from '../../omit-undefined.ts';
import { createRedactor, type RedactedStream } from '../../secrets/redactor.ts';
import { familiarImageName } from '../../site/image-name.ts';
import { type BuildEvent, type BuildStepEvent, transferEvent } from '../build-event.ts';
import type { FailedStep } from '../build-failure/explain-failure.ts';
import type { BuildRequest, BuildStepTiming } from '../engine.ts';
import type { BuildStatus, Vertex, VertexLog, VertexWarning } from './status.ts';

/** The steps of a build, from its trace; emits events as the trace comes in. */
export interface StepLedger {
  take(status: BuildStatus): void;
  /** The build is over: ends the steps that still run. */
  end(state: 'done' | 'failed' | 'canceled'): void;
  /** In the order in which they started. */
  timings(): readonly BuildStepTiming[];
  warnings(): readonly string[];
  /** The step that made the build fail. */
  failedStep(): FailedStep | undefined;
  /** Base images with a digest in the name of their step: reference → `sha256:…`. */
  baseDigests(): Readonly<Record<string, string>>;
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
  readonly decoders: readonly [StringDecoder, StringDecoder];
  /** What `tail` keeps is redacted, and kept in whole lines, so that the two outputs do not mix within a line. */
  readonly redacted: readonly [RedactedStream, RedactedStream];
  readonly begun: [string, string];
  /** Set while its end may be only that of the cache look-up. */
  settling: NodeJS.Timeout | undefined;
}

const TAIL_CHARACTERS = 16_000;
const CANCELED = /context canceled|\bcanceled$/;

/**
 * The cache look-up of a step ends within milliseconds, and is reported like the end of the step; if the step then runs,
 * it starts again within milliseconds.
 */
const LOOKUP_MS = 20;
const SETTLED_AFTER_MS = 100;

/** @param inserted what was inserted into the Containerfile: no step's name has it */
export function createStepLedger(
  emit: (event: BuildEvent) => void,
  redactor: NonNullable<BuildRequest['redactor']> = createRedactor(),
  inserted: readonly string[] = [],
): StepLedger {
  const asWritten = (text: string) => inserted.reduce((rest, piece) => rest.replaceAll(piece, ''), text);
  const steps = new Map<string, Step>();
  const warnings = new Set<string>();

  const move = (step: Step, state: BuildStepEvent['state']) => {
    if (step.state === 'waiting' && state !== 'cached' && state !== 'started') move(step, 'started');
    step.state = state;
    const { digest, name, startedAt, completedAt, error } = step;
    emit({
      ...{ type: 'build-step', step: digest, name, state },
      ...omitUndefined({
        startedAt,
        completedAt: state === 'started' ? undefined : completedAt,
        error: state === 'failed' ? error : undefined,
      }),
    });
  };

  const settle = (step: Step) => {
    clearTimeout(step.settling);
    step.settling = undefined;
    const state = endOf(step);
    const isNews = step.state === 'waiting' || step.state === 'started' || state === 'failed';
    if (isNews && step.state !== state) move(step, state);
  };

  const takeVertex = (vertex: Vertex) => {
    const step = enterStep(steps, { ...vertex, name: asWritten(vertex.name) }, redactor);
    clearTimeout(step.settling);
    step.settling = undefined;
    step.startedAt ??= vertex.startedAt;
    step.completedAt = vertex.completedAt;
    step.isCached ||= vertex.isCached;
    step.error = vertex.error || step.error;
    if (vertex.startedAt === undefined) return;
    if (vertex.completedAt === undefined) {
      if (step.state === 'waiting') move(step, 'started');
      return;
    }
    const isLookup = endOf(step) === 'done' && vertex.completedAt - vertex.startedAt < LOOKUP_MS;
    if (isLookup) step.settling = setTimeout(() => settle(step), SETTLED_AFTER_MS);
    else settle(step);
  };

  const takeLog = ({ vertex, stream, bytes }: VertexLog) => {
    const step = steps.get(vertex);
    const output = stream === 2 ? 1 : 0;
    const text = step?.decoders[output].write(bytes) ?? '';
    if (step === undefined || text === '') return;
    const kept = step.begun[output] + step.redacted[output].write(text);
    const end = kept.lastIndexOf('\n') + 1;
    step.tail = (step.tail + kept.slice(0, end)).slice(-TAIL_CHARACTERS);
    step.begun[output] = kept.slice(end).slice(-TAIL_CHARACTERS);
    emit({ type: 'build-log', step: vertex, stream: stream === 2 ? 'stderr' : 'stdout', text });
  };

  const takeWarning = ({ vertex, text, url }: VertexWarning) => {
    if (warnings.has(text)) return;
    warnings.add(text);
    emit({ type: 'build-warning', ...(vertex === '' ? {} : { step: vertex }), text, ...(url && { url }) });
  };

  return {
    take(status) {
      for (const vertex of status.vertexes) takeVertex(vertex);
      for (const transfer of status.transfers) emit(transferEvent(transfer.vertex, transfer));
      for (const log of status.logs) takeLog(log);
      for (const warning of status.warnings) takeWarning(warning);
    },
    end(state) {
      for (const step of steps.values()) {
        if (step.settling !== undefined) settle(step);
        if (step.state !== 'started') continue;
        if (state === 'failed') step.error ||= 'The build broke off.';
        move(step, state);
      }
    },
    timings: () => timingsOf([...steps.values()]),
    warnings: () => [...warnings],
    failedStep() {
      const failed = [...steps.values()].find((step) => step.error !== '' && endOf(step) === 'failed');
      if (failed === undefined) return undefined;
      const rest = failed.redacted.map((stream, output) => failed.begun[output] + stream.end());
      const tail = failed.tail + rest.filter((line) => line !== '').join('\n');
      return redactor.redactValue({ name: failed.name, error: failed.error, tail });
    },
    baseDigests: () => Object.fromEntries([...steps.values()].flatMap((step) => baseDigestOf(step.name))),
  };
}

function enterStep(
  steps: Map<string, Step>,
  { digest, name }: Vertex,
  redactor: NonNullable<BuildRequest['redactor']>,
): Step {
  const known = steps.get(digest);
  if (known !== undefined) return known;
  const step: Step = {
    ...{ digest, name, state: 'waiting', startedAt: undefined, completedAt: undefined },
    ...{ isCached: false, error: '', tail: '', settling: undefined },
    decoders: [new StringDecoder('utf8'), new StringDecoder('utf8')],
    redacted: [redactor.stream(), redactor.stream()],
    begun: ['', ''],
  };
  steps.set(digest, step);
  return step;
}

function endOf(step: Step): BuildStepEvent['state'] {
  if (step.error !== '') return CANCELED.test(step.error) ? 'canceled' : 'failed';
  return step.isCached ? 'cached' : 'done';
}

function timingsOf(steps: readonly Step[]): BuildStepTiming[] {
  return steps
    .filter((step) => step.startedAt !== undefined && step.completedAt !== undefined)
    .sort((a, b) => Number(a.startedAt) - Number(b.startedAt))
    .map(({ name, startedAt, completedAt, isCached }) => ({
      name,
      durationMs: Math.max(0, Number(completedAt) - Number(startedAt)),
      cached: isCached,
    }));
}

/** `[1/4] FROM docker.io/library/debian:12@sha256:…` */
function baseDigestOf(name: string): [string, string][] {
  const [, reference, digest] = /^\[[^\]]*\] FROM (\S+?)@(sha256:[0-9a-f]{64})/.exec(name) ?? [];
  if (reference === undefined || digest === undefined) return [];
  return [[familiarImageName(reference), digest]];
}
