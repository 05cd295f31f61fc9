import { expect, test } from '@jest/globals';
import { fakeClock, log, stage } from './events.fixture.ts';
import { createJsonView } from './json-lines.ts';

test('one object per line: the events unchanged', () => {
  let text = '';
  const terminal = {
    write: (more: string) => {
      text += more;
    },
  };
  const view = createJsonView(terminal, fakeClock());
  view.event(stage('build', 'Building'));
  view.event(log('a', 'two\nlines\x1b'));
  view.end({ error: new Error('x') });
  expect(text.endsWith('\n')).toBe(true);
  const time = '2026-08-01T00:00:00.000Z';
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { time, type: 'stage', flow: 'release', stage: 'build', title: 'Building', state: 'started' },
    { time, type: 'build-log', step: 'a', stream: 'stdout', text: 'two\nlines\x1b' },
  ]);
});
