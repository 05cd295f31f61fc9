import { describe, expect, test } from '@jest/globals';
import { createScreen } from '../terminal/screen.fixture.ts';
import { check, ended, fakeClock, finding, log, stage, started, transfer, work } from './events.fixture.ts';
import { createLiveView } from './live.ts';

function open(size = { columns: 81, rows: 24 }, isStory = true) {
  const screen = createScreen(size);
  const clock = fakeClock();
  const renderer = createLiveView(screen, { clock, isStory });
  const seen = () => screen.lines().join('\n').trimEnd();
  return { screen, clock, renderer, seen };
}

test('a whole release, as it stays in the scrollback', () => {
  const { renderer, clock, seen, screen } = open({ columns: 81, rows: 10 });
  const events = [
    stage('check', 'Checking /site'),
    check({ summary: '41 keys' }),
    check({
      id: 'apps',
      title: 'apps.json',
      status: 'warned',
      findings: [
        finding({ severity: 'warning', what: 'erpnext follows a branch.', file: 'apps.json', line: 4 }),
      ],
    }),
    stage('check', 'Checking /site', 'done'),
    stage('plan', 'Deciding', 'started'),
    stage('plan', 'Deciding', 'done', 3),
    stage('build', 'Building acme/erp:1.4.0'),
    started('a', '[internal] load build definition'),
    ended('a', '[internal] load build definition', { state: 'done', took: 50 }),
    ended('b', '[base 1/2] FROM debian@sha256:0123456789abcdef0123456789abcdef', { state: 'cached' }),
    started('c', '[builder 1/2] RUN --mount=type=secret,id=apps_json bench init'),
    log('c', 'line one\nline '),
    log('c', 'two\n'),
    ended('c', '[builder 1/2] RUN --mount=type=secret,id=apps_json bench init', {
      state: 'done',
      took: 61_000,
    }),
    { type: 'build-warning', text: 'SecretsUsedInArg' } as const,
    stage('build', 'Building acme/erp:1.4.0', 'done', 62_000),
    stage('verify', 'Verifying sha256:abab'),
    stage('verify', 'Verifying sha256:abab', 'done', 300),
  ];
  for (const event of events) {
    renderer.event(event);
    clock.pass(100);
  }
  renderer.end({});
  expect(seen()).toMatchInlineSnapshot(`
"Checking /site
  ✓ The env file                 41 keys
  ! apps.json
    ! erpnext follows a branch.  apps.json:4
      de-example.env asks for it.
      → Add it to .env.

Building acme/erp:1.4.0
  ✓ [internal] load build definition                                        0.1s
  ✓ [base 1/2] FROM debian@sha256:0123456789ab                            cached
  ✓ [builder 1/2] RUN bench init                                          1m 01s
  ! SecretsUsedInArg
  3 steps, 1 cached                                                       1m 02s

✓ Verifying sha256:abab                                                     0.3s"
`);
  expect(screen.isCursorVisible()).toBe(true);
});

test('the running steps with their last lines, transfers and totals', () => {
  const { renderer, clock, seen } = open();
  renderer.event(stage('build', 'Building acme/erp:1.4.0'));
  renderer.event(ended('b', '[base 1/1] FROM debian', { state: 'cached' }));
  renderer.event(started('c', '[builder 1/2] RUN bench init'));
  renderer.event(started('d', '[internal] load build context'));
  clock.pass(2000);
  renderer.event(log('c', Array.from({ length: 9 }, (_, at) => `line ${at}\n`).join('')));
  renderer.event(
    log('c', 'wide: 東京🚀 and a bell \x07 and \x1b[31mcolour\x1b[0m, much too long for this screen '),
  );
  renderer.event(transfer('d', 'transferring context:', 5_000_000, 20_000_000));
  clock.pass(100);
  expect(seen()).toMatchInlineSnapshot(`
"Building acme/erp:1.4.0
  ✓ [base 1/1] FROM debian                                                cached
  ⠋ [builder 1/2] RUN bench init                                            2.0s
    │ line 4
    │ line 5
    │ line 6
    │ line 7
    │ line 8
    │ wide: 東京🚀 and a bell \\x07 and colour, much too long for this screen
  ⠋ [internal] load build context                                           2.0s
    [=====               ] transferring context                5.00 MB / 20.0 MB
  1 step done, 1 cached · 2.0s"
`);
});

test('a failed step ends the view; its output is the failure’s own when that has it', () => {
  for (const output of [undefined, 'last line']) {
    const { renderer, seen } = open();
    renderer.event(stage('build', 'Building acme/erp:1.4.0'));
    renderer.event(started('a', 'RUN false'));
    renderer.event(started('z', 'RUN sleep'));
    renderer.event(log('a', 'some output\nlast line'));
    renderer.event(ended('a', 'RUN false', { state: 'failed', took: 1000, error: 'exit code: 1' }));
    renderer.event(stage('build', 'Building acme/erp:1.4.0', 'failed', 1000));
    const error = Object.assign(new Error('x'), { name: 'DeBuildError', exitCode: 6, output });
    renderer.end({ error });
    expect(seen()).toContain('  ✗ RUN false');
    expect(seen()).toMatch(/ {2}- RUN sleep +canceled/);
    expect(seen().includes('    │ some output\n    │ last line')).toBe(output === undefined);
  }
});

describe('in any size of terminal', () => {
  test.each([
    { columns: 20, rows: 5 },
    { columns: 41, rows: 8 },
    { columns: 81, rows: 12 },
    { columns: 300, rows: 60 },
  ])('$columns × $rows: nothing wraps, nothing is drawn twice', (size) => {
    const { renderer, clock, screen } = open(size);
    renderer.event(stage('build', 'Build'));
    for (let step = 0; step < 8; step++) {
      renderer.event(
        started(`s${step}`, `[stage ${step}/8] RUN 東京 a rather long command line with ${step} 🚀 in it`),
      );
      for (let line = 0; line < 20; line++) {
        renderer.event(log(`s${step}`, `${line}: ${'long output '.repeat(step * 3)}\n`));
        clock.pass(30);
      }
    }
    expect(screen.lines().filter((line) => line.startsWith('Build'))).toHaveLength(1);
    for (let step = 0; step < 8; step++) {
      renderer.event(ended(`s${step}`, 'x', { state: 'done', took: step }));
      clock.pass(100);
    }
    renderer.event(stage('build', 'Build', 'done'));
    renderer.end({});
    const ends = screen.lines().filter((line) => line.startsWith('  ✓ ['));
    expect(ends).toHaveLength(8);
    expect(screen.lines().some((line) => /^ {2}[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(line))).toBe(false);
    expect(screen.lines().some((line) => line.includes('│'))).toBe(false);
  });

  test('at most twelve frames a second, and none when nothing changes', () => {
    const { renderer, clock, screen } = open();
    renderer.event(stage('build', 'Build'));
    renderer.event(started('a', 'RUN x'));
    const before = screen.written.length;
    for (let at = 0; at < 1000; at++) {
      renderer.event(log('a', `${at}\n`));
      clock.pass(1);
    }
    expect(screen.written.length - before).toBeLessThanOrEqual(12);
    renderer.end({ error: new Error('x') });
    const after = screen.written.length;
    clock.pass(1000);
    expect(screen.written.length).toBe(after);
  });
});

test('at 80 columns, the progress of reading an image', () => {
  const { renderer, clock, seen } = open({ columns: 80, rows: 24 }, false);
  renderer.event(stage('verify', `Verifying sha256:${'ab'.repeat(32)}`));
  renderer.event(work('Reading desiredeffect/erpnext-custom:1.4.0', 400_000_000, 2_400_000_000));
  clock.pass(1500);
  expect(seen()).toMatchInlineSnapshot(`
"⠼ Verifying sha256:abababababab                                            1.4s
  [===                 ] Reading desiredeffect/erpnext-custo…  400 MB / 2.40 GB"
`);
  renderer.event(stage('verify', 'Verifying', 'done'));
  renderer.end({});
  expect(seen()).toBe('');
});
