import type { Terminal } from '../io.ts';
import { type Clock, type ProgressView, systemClock } from './view.ts';

/** One JSON object per line, each with its `time` (ISO 8601): every event as core emits it. */
export function createJsonView(terminal: Pick<Terminal, 'write'>, clock: Clock): ProgressView {
  return {
    event: (event) => writeJsonLine(terminal, event, clock),
    end: () => undefined,
    hasWritten: () => false,
  };
}

export function writeJsonLine(
  terminal: Pick<Terminal, 'write'>,
  value: object,
  clock: Clock = systemClock,
): void {
  terminal.write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...value })}\n`);
}
