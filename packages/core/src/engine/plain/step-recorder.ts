import { createRedactor } from '../../secrets/redactor.ts';
import { type BuildEvent, type BuildStepEvent, type StepTransfer, transferEvent } from '../build-event.ts';
import type { BuildRequest, BuildStepTiming } from '../engine.ts';

/** What a build's stream told so far. */
export interface StepRecord {
  readonly steps: readonly BuildStepTiming[];
  readonly warnings: readonly string[];
  /** FROM lines as they were announced, without what comes after the reference. */
  readonly bases: readonly string[];
  /** Name of the step that runs, or ran last. */
  readonly currentStep: string | undefined;
  /** Last lines of that step. */
  readonly output: string;
}

export interface StepRecorder {
  /** A piece of the builder's own text: a step's announcement, its output, the builder's remarks. */
  takeText(text: string): void;
  takeTransfer(transfer: StepTransfer): void;
  /** The build is over; `error` when it failed, `undefined` when it did not. */
  end(state: 'done' | 'failed' | 'canceled', error?: string): StepRecord;
}

export interface StepDialect {
  /** Understands the announcement of a step. */
  announcement(line: string): { readonly at: string; readonly instruction: string } | undefined;
  /** Whether the line says that the step came from the cache. */
  isCached(line: string): boolean;
  /** Whether the line says that the step's own output comes from here on. */
  isRunning(line: string): boolean;
  /** Remarks of the builder that tell a person nothing. */
  isNoise(line: string): boolean;
  warning(line: string): string | undefined;
}

const RED = '\u001b[91m';
const PLAIN = '\u001b[0m';
const OUTPUT_LIMIT = 8000;
const OUTPUT_LINES = 40;

/** Makes build events of what a plain builder prints, by the clock of this machine. */
export function createStepRecorder(
  dialect: StepDialect,
  emit: (event: BuildEvent) => void,
  redactor: NonNullable<BuildRequest['redactor']> = createRedactor(),
): StepRecorder {
  const steps: BuildStepTiming[] = [];
  const warnings: string[] = [];
  const bases: string[] = [];
  let current: { id: string; name: string; startedAt: number; cached: boolean; running: boolean } | undefined;
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
      ...(error === undefined ? {} : { error }),
    });
  };

  const announce = (id: string, name: string) => {
    close('done');
    output = '';
    redacted = redactor.stream();
    current = { id, name, startedAt: Date.now(), cached: false, running: false };
    emit({ type: 'build-step', step: id, name, state: 'started', startedAt: current.startedAt });
  };

  return {
    takeText(text) {
      const line = text.replace(/\r?\n$/, '');
      const announced = dialect.announcement(line);
      if (announced !== undefined) {
        announce(announced.at, `[${announced.at}] ${announced.instruction}`);
        const base = /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(announced.instruction)?.[1];
        if (base !== undefined) bases.push(base);
        return;
      }
      const warning = dialect.warning(line);
      if (warning !== undefined) {
        warnings.push(warning);
        emit({ type: 'build-warning', ...(current ? { step: current.id } : {}), text: warning });
        return;
      }
      if (current !== undefined && !current.running) {
        if (dialect.isCached(line)) current.cached = true;
        if (dialect.isRunning(line)) current.running = true;
      }
      if (dialect.isNoise(line) || current === undefined) return;
      const { stream, plain } = unwrapStream(text);
      output = (output + redacted.write(plain)).slice(-OUTPUT_LIMIT);
      emit({ type: 'build-log', step: current.id, stream, text: plain });
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

/** The classic builder marks what a step writes to stderr by colouring it red. */
function unwrapStream(text: string): { readonly stream: 'stdout' | 'stderr'; readonly plain: string } {
  if (!text.startsWith(RED)) return { stream: 'stdout', plain: text === PLAIN ? '' : text };
  const inner = text.slice(RED.length);
  return { stream: 'stderr', plain: inner.endsWith(PLAIN) ? inner.slice(0, -PLAIN.length) : inner };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-OUTPUT_LINES).join('\n');
}
