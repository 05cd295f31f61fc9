import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createRedactor } from '../secrets/redactor.ts';
import { Secret } from '../secrets/secret.ts';
import type { FlowEvent } from './event.ts';
import { createEventSink } from './event-sink.ts';

const TOKEN = 'ghp_PlantedTokenForTests0123456789abcdef';

function sinkInto(events: FlowEvent[]) {
  const redactor = createRedactor();
  redactor.add(new Secret('PAT', TOKEN));
  return createEventSink(redactor, (event) => events.push(event));
}

function logText(events: readonly FlowEvent[]): string {
  return events.map((event) => (event.type === 'build-log' ? event.text : '')).join('');
}

test('a token cut anywhere between two pieces of a log is redacted', () => {
  for (let cut = 1; cut < TOKEN.length; cut += 1) {
    const events: FlowEvent[] = [];
    const sink = sinkInto(events);
    const log = { type: 'build-log', step: 's1', stream: 'stdout' } as const;
    sink.emit({ ...log, text: `before ${TOKEN.slice(0, cut)}` });
    sink.emit({ ...log, text: `${TOKEN.slice(cut)} after\n` });
    sink.emit({ type: 'build-step', step: 's1', name: 'RUN x', state: 'done' });
    expect(logText(events)).toMatch(/^before \[redacted[^\]]*\] after\n$/);
  }
});

test('the logs of two steps are redacted separately', () => {
  const events: FlowEvent[] = [];
  const sink = sinkInto(events);
  sink.emit({ type: 'build-log', step: 's1', stream: 'stdout', text: `one ${TOKEN.slice(0, 9)}` });
  sink.emit({ type: 'build-log', step: 's2', stream: 'stdout', text: 'two.\n' });
  sink.emit({ type: 'build-log', step: 's1', stream: 'stdout', text: `${TOKEN.slice(9)}\n` });
  sink.emit({ type: 'build-step', step: 's1', name: 'RUN x', state: 'done' });
  sink.emit({ type: 'build-step', step: 's2', name: 'RUN y', state: 'done' });
  expect(JSON.stringify(events)).not.toContain(TOKEN.slice(0, 9));
  expect(logText(events)).toContain('two.\n');
});

test("what is held back is emitted before the step's end", () => {
  const events: FlowEvent[] = [];
  const sink = sinkInto(events);
  sink.emit({ type: 'build-log', step: 's1', stream: 'stderr', text: 'ends with ghp_' });
  sink.emit({ type: 'build-step', step: 's1', name: 'RUN x', state: 'failed', error: `failed: ${TOKEN}` });
  expect(logText(events)).toBe('ends with ghp_');
  expect(events.at(-1)).toMatchObject({ type: 'build-step', state: 'failed' });
  expect(JSON.stringify(events)).not.toContain(TOKEN);
});

test('output that comes after the end of its step is complete before the next stage', () => {
  const events: FlowEvent[] = [];
  const sink = sinkInto(events);
  sink.emit({ type: 'build-step', step: 's1', name: 'RUN x', state: 'done' });
  sink.emit({ type: 'build-log', step: 's1', stream: 'stdout', text: 'ends with ghp_' });
  sink.emit({
    type: 'stage',
    flow: 'release',
    stage: 'build',
    state: 'done',
    title: 'Building',
    durationMs: 1,
  });
  expect(logText(events)).toBe('ends with ghp_');
  expect(events.at(-1)).toMatchObject({ type: 'stage' });
});

test('what may begin a token is shown when the step is silent', async () => {
  const events: FlowEvent[] = [];
  const sink = sinkInto(events);
  sink.emit({ type: 'build-log', step: 's1', stream: 'stdout', text: 'fetching' });
  expect(logText(events)).toBe('fetchin');
  while (logText(events) !== 'fetching') await setTimeout(10);
});
