import { createLiveText, type LiveText } from '../process/live-text.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { FlowEvent } from './event.ts';

/** All events leave core here, redacted. */
export interface EventSink {
  emit(event: FlowEvent): void;
}

/**
 * Redacts events and passes them on. A step's log is redacted as one stream, so that a secret that is cut between two
 * pieces is still found; what is held back is emitted before the end of the step.
 */
export function createEventSink(redactor: Redactor, onEvent: (event: FlowEvent) => void): EventSink {
  const logs = new Map<string, LiveText>();

  function logOf(step: string, stream: 'stdout' | 'stderr') {
    const key = `${stream} ${step}`;
    const known = logs.get(key);
    if (known !== undefined) return known;
    const made = createLiveText(redactor.stream(), (text) => {
      onEvent({ type: 'build-log', step, stream, text });
    });
    logs.set(key, made);
    return made;
  }

  function flush(step: string) {
    for (const stream of ['stdout', 'stderr'] as const) endLog(`${stream} ${step}`);
  }

  function endLog(key: string) {
    logs.get(key)?.end();
    logs.delete(key);
  }

  return {
    emit(event) {
      if (event.type === 'build-log') {
        logOf(event.step, event.stream).write(event.text);
        return;
      }
      if (event.type === 'build-step' && event.state !== 'started') flush(event.step);
      // A builder may report the end of a step before the last of its output.
      if (event.type === 'stage') for (const key of logs.keys()) endLog(key);
      onEvent(redactor.redactValue(event));
    },
  };
}
