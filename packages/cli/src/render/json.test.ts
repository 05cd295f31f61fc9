import { expect, test } from '@jest/globals';
import { sampleManifest } from '../../../core/src/manifests/sample-manifest.fixture.ts';
import { fakeClock, log, stage } from './events.fixture.ts';
import { createJsonRenderer } from './json.ts';
import type { Outcome } from './renderer.ts';

function play(outcome: Outcome): readonly unknown[] {
  let text = '';
  const terminal = {
    isTTY: false,
    hasColours: false,
    columns: 80,
    rows: 24,
    write: (more: string) => {
      text += more;
    },
  };
  const renderer = createJsonRenderer(terminal, fakeClock());
  renderer.event(stage('build', 'Building'));
  renderer.event(log('a', 'two\nlines\x1b'));
  renderer.end(outcome);
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const time = '2026-08-01T00:00:00.000Z';

test('one object a line: the events as they are', () => {
  const [first, second] = play({ error: new Error('x') });
  expect(first).toEqual({ time, type: 'stage', stage: 'build', title: 'Building', state: 'started' });
  expect(second).toEqual({ time, type: 'build-log', step: 'a', stream: 'stdout', text: 'two\nlines\x1b' });
});

test.each<[string, Outcome, object]>([
  [
    'an expected failure',
    {
      error: Object.assign(new Error('m'), {
        name: 'DeBuildError',
        code: 'c',
        what: 'w',
        why: 'y',
        fix: 'f',
        exitCode: 6,
        output: 'o',
      }),
    },
    { type: 'failed', code: 'c', what: 'w', why: 'y', fix: 'f', exitCode: 6, output: 'o' },
  ],
  ['a bug', { error: new Error('anything') }, { type: 'failed', code: 'bug', exitCode: 1 }],
  ['a plan', { plan: { planVersion: 1 } as never }, { type: 'planned', plan: { planVersion: 1 } }],
  [
    'a report',
    { report: { site: '/s', siteVersion: '1.0.0', passed: true, errors: 0, warnings: 0, checks: [] } },
    { type: 'checked', site: '/s', siteVersion: '1.0.0', passed: true, errors: 0, warnings: 0, checks: [] },
  ],
  [
    'a release',
    {
      result: {
        plan: {} as never,
        manifest: sampleManifest(),
        manifestPath: '/s/1.4.0.json',
        reference: 'acme/erp:1.4.0',
        imageId: 'sha256:ab',
      },
    },
    {
      type: 'released',
      reference: 'acme/erp:1.4.0',
      imageId: 'sha256:ab',
      manifestPath: '/s/1.4.0.json',
      manifest: sampleManifest(),
    },
  ],
])('the last line tells the outcome: %s', (_, outcome, last) => {
  expect(play(outcome).at(-1)).toEqual({ time, ...last });
});
