import { createRedactor, DeBuildError, EXIT, type FlowEvent } from '@de-build/core';
import { describe, expect, test } from '@jest/globals';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { guardIo } from '../guarded-io.ts';
import { UsageError } from '../parse/usage-error.ts';
import { check, finding, stage } from '../progress/events.fixture.ts';
import { note } from '../report/model.ts';
import { type Context, defineCommand } from './command.ts';
import { type Call, runCommand } from './run-command.ts';

const failed = finding({ what: 'Something is wrong.' });
const events: readonly FlowEvent[] = [
  stage('check', 'Checking /site'),
  check({ status: 'failed', findings: [failed] }),
  { type: 'notice', level: 'warning', text: 'take care' },
];

interface Trial {
  readonly call?: Partial<Call['general']> & { readonly format?: string };
  readonly story?: 'always' | 'as-text';
  readonly error?: unknown;
  readonly io?: FakeIoOptions;
  readonly events?: Iterable<unknown>;
}

async function runTrial({ call = {}, story, error, io: options, ...trial }: Trial) {
  const { format, ...general } = call;
  const command = defineCommand({
    usage: 'show',
    describe: 'Show it',
    examples: [],
    ...(story === undefined ? {} : { story }),
    async run(_, { flow }: Context) {
      for (const event of trial.events ?? events) flow.onEvent(event as FlowEvent);
      if (error !== undefined) throw error;
      return {
        type: 'shown',
        document: { answer: 42 },
        report: { parts: [note('the answer is 42')] },
        exitCode: 7,
      };
    },
  });
  // Any folder of this repository, which holds what makes a site.
  const io = fakeIo({ folder: import.meta.dirname, ...options });
  const values = format === undefined ? {} : { format };
  const exitCode = await runCommand(command, { general, values }, guardIo(io, createRedactor()));
  return { exitCode, ...io.written };
}

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('what a command shows', () => {
  test('the progress and the report on standard output', async () => {
    expect(await runTrial({ story: 'always' })).toEqual({
      exitCode: 7,
      stdout: [
        '==> Checking /site',
        '  ✗ The env file',
        '    ✗ Something is wrong.  .env:12',
        '      de-example.env asks for it.',
        '      → Add it to .env.',
        'warning: take care',
        '',
        'the answer is 42',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('a report on standard output, and notices on the other', async () => {
    const run = await runTrial({});
    expect(run).toEqual({ exitCode: 7, stdout: 'the answer is 42\n', stderr: 'warning: take care\n' });
  });

  test.each([{ json: true }, { format: 'json' }])('one document, and the story apart: %j', async (call) => {
    const { stdout, stderr } = await runTrial({ story: 'always', call });
    expect(JSON.parse(stdout)).toEqual({ answer: 42 });
    expect(stderr).toContain('==> Checking /site');
    const quick = await runTrial({ story: 'as-text', call, events: events.slice(0, 2) });
    expect(quick.stderr).toBe('');
  });

  test('events, and the result as the last of them', async () => {
    const { stdout, stderr } = await runTrial({ call: { progress: 'json' } });
    expect(lines(stdout)).toMatchObject([...events, { type: 'shown', answer: 42, time: expect.any(String) }]);
    expect(stderr).toBe('');
  });

  test('nothing but the report when it is quiet', async () => {
    const run = await runTrial({ story: 'always', call: { quiet: true } });
    expect(run).toEqual({ exitCode: 7, stdout: 'the answer is 42\n', stderr: '' });
  });

  test('Markdown', async () => {
    const { stdout } = await runTrial({ call: { format: 'markdown' } });
    expect(stdout).toBe('the answer is 42\n');
  });

  test('colours with --color=always, and none with --color=never', async () => {
    const error = new Error('x');
    expect((await runTrial({ call: { color: 'always' }, error })).stderr).toContain('\u001b[');
    const never = await runTrial({ call: { color: 'never' }, error, io: { hasColours: true } });
    expect(never.stderr).not.toContain('\u001b[');
  });
});

describe('a failure', () => {
  const error = new DeBuildError({
    code: 'some-code',
    what: 'It failed.',
    why: 'So it is.',
    fix: 'Fix it.',
    exitCode: EXIT.build,
    output: 'the last line',
    findings: [failed],
  });
  const document = {
    code: 'some-code',
    what: 'It failed.',
    why: 'So it is.',
    fix: 'Fix it.',
    exitCode: 6,
    output: 'the last line',
    findings: [failed],
  };

  test('is one document with --json', async () => {
    const { exitCode, stdout, stderr } = await runTrial({ call: { json: true }, error });
    expect({ exitCode, document: JSON.parse(stdout) }).toEqual({
      exitCode: 6,
      document: { error: document },
    });
    expect(stderr).toContain('some-code, exit code 6');
  });

  test('is the last line of the events', async () => {
    const { stdout } = await runTrial({ call: { progress: 'json' }, error });
    expect(lines(stdout).at(-1)).toEqual({ time: expect.any(String), type: 'failed', ...document });
  });

  test('shows what the checks found when it is quiet', async () => {
    const { stdout, stderr } = await runTrial({ story: 'always', call: { quiet: true }, error });
    expect(stdout).toBe('');
    expect(stderr).toContain('Something is wrong.');
    expect(stderr).not.toContain('take care');
  });

  test.each<[string, unknown, string, number]>([
    ['a bug', new TypeError('x of undefined'), 'bug', 1],
    ['a wrong command line', new UsageError('There is no such thing.'), 'usage', 2],
  ])('%s has its own code', async (_, thrown, code, exitCode) => {
    const run = await runTrial({ call: { json: true }, error: thrown });
    expect(run.exitCode).toBe(exitCode);
    expect(JSON.parse(run.stdout).error).toMatchObject({ code, exitCode });
    const keys = Object.keys(JSON.parse(run.stdout).error);
    expect(keys).toEqual(expect.arrayContaining(['code', 'what', 'why', 'fix', 'exitCode']));
  });

  test('--json goes with no other format', async () => {
    const run = await runTrial({ call: { json: true, format: 'markdown' } });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'usage' } });
    expect(run.exitCode).toBe(2);
  });
});
