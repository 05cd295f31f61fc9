import { expect, test } from '@jest/globals';
import { explainFailure } from './explain-failure.ts';

const CONTAINERFILE = {
  name: 'images/Containerfile',
  text: 'FROM base AS app\nARG TOKEN\nRUN get "$TOKEN"\n',
};

function explain(message: string, step?: { name: string; error: string; tail?: string }, target?: string) {
  return explainFailure({
    message,
    step: step && { tail: '', ...step },
    containerfile: CONTAINERFILE,
    target,
  });
}

test.each([
  [
    'failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 3: unknown instruction: RUNN',
    { code: 'containerfile-invalid', what: expect.stringContaining('images/Containerfile:3 ') },
  ],
  [
    'failed to solve: dockerfile parse error on line 12: unknown instruction: RUNN (did you mean RUN?)',
    { code: 'containerfile-invalid', what: expect.stringContaining('images/Containerfile:12 ') },
  ],
  [
    'failed to solve: target stage "prod" could not be found',
    { code: 'build-target-missing', what: expect.stringContaining('prod') },
  ],
  ['failed to solve: frontend grpc server closed unexpectedly', { code: 'build-failed' }],
  [
    'failed to solve: write /var/lib/x: no space left on device',
    { code: 'build-failed', why: expect.stringContaining('The disk is full') },
  ],
])('%s', (message, expected) => {
  expect(explain(message, undefined, 'prod')).toMatchObject({ exitCode: 6, ...expected });
});

test('a base image that is not to be had', () => {
  const step = {
    name: '[internal] load metadata for ghcr.io/a/b:1',
    error: 'failed to authorize: 401 Unauthorized',
  };
  expect(explain('failed to solve: x', step)).toMatchObject({
    code: 'base-image-unavailable',
    what: expect.stringContaining('ghcr.io/a/b:1'),
    fix: expect.stringContaining('docker login'),
  });
});

test.each([
  'executor failed running [/bin/sh -c get "s3cr3t"]: exit code: 2',
  'process "/bin/sh -c get \\"s3cr3t\\"" did not complete successfully: exit code: 2',
  'process "/bin/sh -c get \\"s3cr3t\\"" did not complete successfully: cannot start',
])('a failed step names its lines, and no value of a build arg: %s', (error) => {
  const failure = explain(`failed to solve: ${error}`, {
    name: '[app 2/2] RUN get "s3cr3t"',
    error,
    tail: Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n'),
  });
  expect(failure).toMatchObject({
    code: 'build-step-failed',
    exitCode: 6,
    what: 'Step [app 2/2] (images/Containerfile:3) failed: RUN get "$TOKEN"',
  });
  expect(`${failure.what} ${failure.why} ${failure.fix}`).not.toContain('s3cr3t');
  expect(failure.output?.split('\n')).toHaveLength(20);
});

test('the line that shows the cause is shown even where it is further up', () => {
  const tail = [
    'fatal: Authentication failed for x',
    ...Array.from({ length: 30 }, (_, index) => `line ${index}`),
  ];
  const failure = explain('x', { name: '[app 2/2] RUN get', error: 'exit code: 1', tail: tail.join('\n') });
  expect(failure.output).toMatch(/^fatal: Authentication failed for x\n…\nline 10\n/);
  expect(failure.why).toBe('A git host did not accept the token. It ended with exit code 1.');
});
