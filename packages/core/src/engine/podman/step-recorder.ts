import { omitUndefined } from '../../omit-undefined.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { type BuildEvent, type BuildStepEvent, type StepTransfer, transferEvent } from '../build-event.ts';
import type { BuildRequest, BuildStepTiming } from '../engine.ts';

/** What a build reported. */
export interface StepRecord {
  readonly steps: readonly BuildStepTiming[];
  readonly warnings: readonly string[];
  /** References of the FROM lines. */
  readonly bases: readonly string[];
  /** Name of the step that ran last. */
  readonly currentStep: string | undefined;
  /** Last lines of that step. */
  readonly output: string;
}

export interface StepRecorder {
  /** A piece of the builder's text: a step's announcement, its output, the builder's remarks. */
  takeText(text: string): void;
  takeTransfer(transfer: StepTransfer): void;
  /** `error` when the build failed. */
  end(state: 'done' | 'failed' | 'canceled', error?: string): StepRecord;
}

const OUTPUT_LIMIT = 8000;
const OUTPUT_LINES = 40;

// What buildah prints.
const ANNOUNCEMENT = /^(?:\[(\d+)\/\d+\] )?STEP (\d+\/\d+): ([\s\S]*)$/;
const CACHED = /^--> Using cache [0-9a-f]+$/;
const NOISE =
  /^--> (Using cache )?[0-9a-f]+$|^[0-9a-f]{64}$|^(\[\d+\/\d+\] )?COMMIT( |$)|^Successfully (built|tagged) |^$/;
const WARNING = /^\[Warning\] (.*)$/;

/** Makes build events of what Podman's builder prints, by the clock of this machine. */
export function createStepRecorder(
  emit: (event: BuildEvent) => void,
  redactor: NonNullable<BuildRequest['redactor']> = createRedactor(),
): StepRecorder {
  const steps: BuildStepTiming[] = [];
  const warnings: string[] = [];
  const bases: string[] = [];
  let current: { id: string; name: string; startedAt: number; cached: boolean } | undefined;
  let output = '';
  let redacted = redactor.stream();

  const close = (state: BuildStepEvent['state'], error?: string) => {
    if (current === undefined) return;
    const { id, name, startedAt, cached } = current;
    const completedAt = Date.now();
    steps.push({ name, durationMs: completedAt - startedAt, cached });
    const shown = state === 'done' && cached ? 'cached' : state;
    emit({
      ...{ type: 'build-step', step: id, name, state: shown, startedAt, completedAt },
      ...omitUndefined({ error }),
    });
  };

  const announce = (id: string, instruction: string) => {
    close('done');
    output = '';
    redacted = redactor.stream();
    current = { id, name: `[${id}] ${instruction}`, startedAt: Date.now(), cached: false };
    emit({
      type: 'build-step',
      step: id,
      name: current.name,
      state: 'started',
      startedAt: current.startedAt,
    });
    const base = /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(instruction)?.[1];
    if (base !== undefined) bases.push(base);
  };

  return {
    takeText(text) {
      const line = text.replace(/\r?\n$/, '');
      const [announced, stage, place = '', instruction = ''] = ANNOUNCEMENT.exec(line) ?? [];
      if (announced !== undefined) {
        return announce(stage === undefined ? place : `${stage}: ${place}`, instruction);
      }
      const warning = WARNING.exec(line)?.[1];
      if (warning !== undefined) {
        warnings.push(warning);
        return emit({ type: 'build-warning', ...(current ? { step: current.id } : {}), text: warning });
      }
      if (current === undefined) return;
      if (CACHED.test(line)) current.cached = true;
      if (NOISE.test(line)) return;
      output = (output + redacted.write(text)).slice(-OUTPUT_LIMIT);
      emit({ type: 'build-log', step: current.id, stream: 'stdout', text });
    },
    takeTransfer(transfer) {
      emit(transferEvent(current?.id ?? '0', transfer));
    },
    end(state, error) {
      const currentStep = current?.name;
      close(state, error);
      current = undefined;
      return { steps, warnings, bases, currentStep, output: lastLines(output + redacted.end()) };
    },
  };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n');
}
