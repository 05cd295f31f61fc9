import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createRedactor } from '../../secrets/redactor.ts';
import type { BuildEvent } from '../build-event.ts';
import type { Vertex } from './status.ts';
import { createStepLedger } from './step-ledger.ts';

const NOTHING = { vertexes: [], transfers: [], logs: [], warnings: [] };

function follow() {
  const events: BuildEvent[] = [];
  const ledger = createStepLedger((event) => events.push(event));
  return {
    ledger,
    events,
    update: (digest: string, change: Partial<Vertex>) =>
      ledger.take({
        ...NOTHING,
        vertexes: [
          {
            ...{
              digest,
              name: `step ${digest}`,
              isCached: false,
              startedAt: undefined,
              completedAt: undefined,
            },
            error: '',
            ...change,
          },
        ],
      }),
    log: (digest: string, bytes: Buffer | string, stream = 1) =>
      ledger.take({ ...NOTHING, logs: [{ vertex: digest, stream, bytes: Buffer.from(bytes) }] }),
    states: () =>
      events.flatMap((event) => (event.type === 'build-step' ? [`${event.step} ${event.state}`] : [])),
  };
}

test('a step starts once and ends once', () => {
  const { update, states, ledger } = follow();
  update('a', {});
  update('a', { startedAt: 1000 });
  update('a', { startedAt: 1000 });
  update('a', { startedAt: 1000, completedAt: 3000 });
  update('b', { startedAt: 900, completedAt: 900, isCached: true });
  expect(states()).toEqual(['a started', 'a done', 'b cached']);
  expect(ledger.timings()).toEqual([
    { name: 'step b', durationMs: 0, cached: true },
    { name: 'step a', durationMs: 2000, cached: false },
  ]);
});

test('the end of a cache look-up is not the end of the step', async () => {
  const { update, states, ledger } = follow();
  update('a', { startedAt: 1000, completedAt: 1001 });
  update('a', { startedAt: 1002 });
  await setTimeout(150);
  expect(states()).toEqual(['a started']);
  update('a', { startedAt: 1002, completedAt: 5000 });
  expect(states()).toEqual(['a started', 'a done']);
  update('b', { startedAt: 5000, completedAt: 5001 });
  await setTimeout(150);
  expect(states().slice(2)).toEqual(['b started', 'b done']);
  update('c', { startedAt: 5000, completedAt: 5001 });
  ledger.end('done');
  expect(states().slice(4)).toEqual(['c started', 'c done']);
});

test('a failed step keeps its output in whole lines; a canceled one is no failure', () => {
  const { update, log, states, ledger } = follow();
  update('a', { startedAt: 1000 });
  update('b', { startedAt: 1000 });
  const euro = Buffer.from('€\n');
  log('a', Buffer.concat([Buffer.from('one '), euro.subarray(0, 1)]));
  log('a', 'error\n', 2);
  log('a', euro.subarray(1));
  update('b', { startedAt: 1000, completedAt: 2000, error: 'process "x": context canceled' });
  update('a', { startedAt: 1000, completedAt: 2000, error: 'exit code: 1' });
  expect(states().slice(2)).toEqual(['b canceled', 'a failed']);
  expect(ledger.failedStep()).toEqual({ name: 'step a', error: 'exit code: 1', tail: 'error\none €\n' });
});

test('running steps end with the build', () => {
  const { update, states, ledger } = follow();
  update('a', { startedAt: 1000 });
  update('b', {});
  ledger.end('canceled');
  expect(states()).toEqual(['a started', 'a canceled']);
});

test('warnings are reported once, and base images with their digest', () => {
  const { update, events, ledger } = follow();
  const warning = { vertex: 'a', text: 'Old syntax', url: 'https://docs.example' };
  ledger.take({ ...NOTHING, warnings: [warning, warning] });
  expect(events).toEqual([
    { type: 'build-warning', step: 'a', text: 'Old syntax', url: 'https://docs.example' },
  ]);
  expect(ledger.warnings()).toEqual(['Old syntax']);
  const digest = `sha256:${'ab'.repeat(32)}`;
  update('f', { name: `[base 1/4] FROM docker.io/library/debian:12@${digest}` });
  update('g', { name: '[stage-1 1/4] FROM ghcr.io/a/b:1@sha256:short' });
  expect(ledger.baseDigests()).toEqual({ 'debian:12': digest });
});

test('the kept end of a long output never begins with half a secret', () => {
  const redactor = createRedactor();
  redactor.add({ name: 'PAT', value: 'the-token-of-this-test' });
  for (let more = 0; more < 60; more++) {
    const ledger = createStepLedger(() => undefined, redactor);
    const vertex = { digest: 'a', name: 'RUN leak', isCached: false, startedAt: 1, completedAt: undefined };
    ledger.take({ ...NOTHING, vertexes: [{ ...vertex, error: '' }] });
    const text = `the-token-of-this-test${'-'.repeat(15_960 + more)} the-token-of-this-te`;
    for (const bytes of [Buffer.from(text.slice(0, 9)), Buffer.from(text.slice(9))]) {
      ledger.take({ ...NOTHING, logs: [{ vertex: 'a', stream: 1, bytes }] });
    }
    ledger.take({ ...NOTHING, vertexes: [{ ...vertex, completedAt: 9000, error: 'exit code: 1' }] });
    const { tail = '' } = ledger.failedStep() ?? {};
    expect(/^[^-]*/.exec(tail)?.[0]).toBe('[redacted PAT]'.slice(Math.max(0, more - 25)));
    expect(tail.endsWith('- the-token-of-this-te')).toBe(true);
  }
});
