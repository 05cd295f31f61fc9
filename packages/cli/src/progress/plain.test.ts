import { expect, test } from '@jest/globals';
import { check, ended, fakeClock, finding, log, stage, started, transfer, work } from './events.fixture.ts';
import { createPlainView } from './plain.ts';

function open(isStory = true) {
  const written: string[] = [];
  const terminal = {
    isTTY: false,
    hasColours: false,
    canRedraw: false,
    drained: async () => undefined,
    columns: 80,
    rows: 24,
    write: (text: string) => void written.push(text),
  };
  const clock = fakeClock();
  return { renderer: createPlainView(terminal, { clock, isStory }), clock, text: () => written.join('') };
}

test('the lines of two outputs of a step do not break into each other', () => {
  const { renderer, text } = open();
  const play = [
    stage('build', 'Building acme/erp:1.4.0'),
    started('a', '[builder 1/1] RUN make'),
    log('a', 'about to fai'),
    log('a', 'the reas', 'stderr'),
    log('a', 'l\n'),
    log('a', 'on', 'stderr'),
    ended('a', '[builder 1/1] RUN make', { state: 'failed', took: 800, error: 'exit code: 1' }),
  ];
  for (const event of play) renderer.event(event);
  expect(text()).toMatch(/about to fail\n.*the reason\n/);
});

test('one line for each thing, numbered by step, with seconds', () => {
  const { renderer, clock, text } = open();
  const play = [
    stage('check', 'Checking /site'),
    check({ summary: '41 keys' }),
    check({ status: 'failed', title: 'The site version', findings: [finding()] }),
    stage('build', 'Building acme/erp:1.4.0'),
    ended('b', '[base 1/1] FROM debian', { state: 'cached' }),
    started('c', '[builder 1/2] RUN bench init'),
    log('c', 'half a '),
    started('d', '[internal] load build context'),
    log('c', 'line\nand \x1b[31manother\x1b[0m\x07\n'),
    transfer('d', 'transferring context:', 20_000_000, 20_000_000),
    transfer('d', 'transferring context:', 20_000_000, 20_000_000),
    ended('d', '[internal] load build context', { state: 'done', took: 800 }),
    log('c', 'no line feed'),
    ended('c', '[builder 1/2] RUN bench init', { state: 'failed', took: 3000, error: 'exit code: 1' }),
    stage('build', 'Building acme/erp:1.4.0', 'failed', 3500),
    { type: 'notice', level: 'warning', text: 'take care' } as const,
  ];
  for (const event of play) {
    renderer.event(event);
    clock.pass(400);
  }
  renderer.end({ error: new Error('presented elsewhere') });
  expect(text()).toMatchInlineSnapshot(`
"==> Checking /site
  ✓ The env file                 41 keys
  ✗ The site version
    ✗ DE_SITE_VERSION is missing.  .env:12
      de-example.env asks for it.
      → Add it to .env.

==> Building acme/erp:1.4.0
#1 [base 1/1] FROM debian
#1 CACHED

#2 [builder 1/2] RUN bench init

#3 [internal] load build context

#2 1.2 half a line
#2 1.2 and another\\x07

#3 transferring context 20.0 MB
#3 DONE 0.8s

#2 3.2 no line feed
#2 ERROR: exit code: 1
==> FAILED Building acme/erp:1.4.0 (3.5s)
warning: take care
"
`);
});

test('the progress of long work, at its quarters, and nothing for quick work', () => {
  const { renderer, clock, text } = open(false);
  renderer.event(stage('verify', 'Verifying acme/erp:1.4.0'));
  for (let part = 0; part <= 100; part++) {
    renderer.event(work('Reading acme/erp:1.4.0', part * 1e7, 1e9));
    clock.pass(200);
  }
  renderer.event(work('Reading another', 1e9, 1e9));
  renderer.end({});
  expect(text()).toMatchInlineSnapshot(`
"==> Verifying acme/erp:1.4.0
Reading acme/erp:1.4.0: 250 MB / 1.00 GB
Reading acme/erp:1.4.0: 500 MB / 1.00 GB
Reading acme/erp:1.4.0: 750 MB / 1.00 GB
Reading acme/erp:1.4.0: 1.00 GB / 1.00 GB
"
`);
});

test('only notices, for a command that shows no stages', () => {
  const { renderer, text } = open(false);
  renderer.event(stage('check', 'Checking /site'));
  renderer.event(check());
  renderer.event({ type: 'notice', level: 'info', text: 'Waiting for another run.' });
  renderer.event(stage('check', 'Checking /site', 'done'));
  expect(text()).toBe('Waiting for another run.\n');
});

test('a leak is one block; its fix is left to the failure when the image is refused', () => {
  const { renderer, text } = open();
  const place = { kind: 'configuration', field: 'label x' } as const;
  const forms = [{ form: 'raw', arrangement: 'whole', count: 1 }] as const;
  const places = [{ place, forms }];
  const leak = {
    severity: 'error',
    secret: 'PAT',
    isKnown: true,
    places,
    omitted: 0,
    fixes: ['Do it.'],
  } as const;
  for (const isRefused of [true, false]) {
    renderer.event({ type: 'leak', leak, where: "the image's label x", isRefused });
  }
  const block = "✗ PAT in 1 place\n    the image's label x: unencoded\n";
  expect(text()).toBe(`${block}${block}→ Do it.\n`);
});
