import { isDeBuildError } from '@de-build/core';
import type { Terminal } from '../io.ts';
import type { Clock, Outcome, Renderer } from './renderer.ts';

/**
 * One JSON object a line, each with its `time` (ISO 8601): every event as core tells it, and last one of
 * `released`, `planned`, `checked`, `rebuilt` and `failed`.
 */
export function createJsonRenderer(terminal: Terminal, clock: Clock): Renderer {
  const write = (value: object) => {
    const time = new Date(clock.now()).toISOString();
    terminal.write(`${JSON.stringify({ time, ...value })}\n`);
  };
  return { event: write, end: (outcome) => write(outcomeOf(outcome)) };
}

function outcomeOf(outcome: Outcome): object {
  if ('plan' in outcome) return { type: 'planned', plan: outcome.plan };
  if ('report' in outcome) return { type: 'checked', ...outcome.report };
  if ('rebuilt' in outcome) return { type: 'rebuilt', ...outcome.rebuilt };
  if ('result' in outcome) {
    const { reference, imageId, manifestPath, manifest } = outcome.result;
    return { type: 'released', reference, imageId, manifestPath, manifest };
  }
  return { type: 'failed', ...failureOf(outcome.error) };
}

/** Of a bug nothing but its name is told here: its message may hold anything, and is presented redacted elsewhere. */
function failureOf(error: unknown): object {
  if (!isDeBuildError(error)) return { code: 'bug', exitCode: 1 };
  const { code, what, why, fix, exitCode, output } = error;
  return { code, what, why, fix, exitCode, ...(output === undefined ? {} : { output }) };
}
