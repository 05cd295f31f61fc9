import { describe, expect, test } from '@jest/globals';
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

test('a session that the builder does not have', () => {
  const message =
    'failed to solve: failed to read dockerfile: no active session for 0a1b: context deadline exceeded';
  expect(explain(message)).toMatchObject({
    code: 'session-not-found',
    exitCode: 5,
    why: expect.stringContaining('no active session for 0a1b: context deadline exceeded.'),
  });
});

test.each([
  ['unexpected status from POST request to https://r.example.com/v2/: 403 Forbidden', 'registry-refused'],
  ['failed to do request: Head "https://r.example.com/": dial tcp: no such host', 'registry-unreachable'],
])('a push by the builder: %s', (reason, code) => {
  const failed = explain(`failed to solve: failed to push r.example.com/acme/erp: ${reason}`);
  expect(failed).toMatchObject({
    code,
    exitCode: 5,
    what: expect.stringContaining('r.example.com/acme/erp'),
  });
});

test('an image that only a `--from` names', () => {
  const error = 'failed to do request: Head "https://registry-1.docker.io/": no such host';
  const message = `failed to load cache key: ${error}`;
  expect(explain(message, { name: 'FROM docker.io/library/tools:1', error })).toMatchObject({
    code: 'base-image-unavailable',
    what: 'The base image docker.io/library/tools:1 is not available.',
  });
  expect(explain(message).what).not.toContain('image failed');
});

test('sources that were looked for in a registry', () => {
  const step = {
    name: '[internal] load metadata for docker.io/library/de-build-sources:latest',
    error: 'denied',
  };
  expect(explain('failed to solve: denied', step)).toMatchObject({ code: 'frontend-too-old' });
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

describe('the image of the `# syntax=` line', () => {
  const failed = (syntax: string, message: string, step?: { name: string; error: string }) =>
    explainFailure({
      message,
      step: step && { tail: '', ...step },
      containerfile: { name: 'Containerfile', text: `${syntax}\nFROM python:3\nRUN x\n` },
      target: undefined,
    });
  const LOOKUP = 'dial tcp: lookup registry-1.docker.io: no such host';
  const HEAD = `failed to do request: Head "https://registry-1.docker.io/v2/docker/dockerfile/manifests/1.4": ${LOOKUP}`;

  test.each([
    [
      '# syntax=docker/dockerfile:1.4',
      `failed to solve: failed to resolve source metadata for docker.io/docker/dockerfile:1.4: ${HEAD}`,
    ],
    [
      '# syntax=docker/dockerfile:1.4',
      `failed to solve with frontend dockerfile.v0: failed to solve with frontend gateway.v0: rpc error: code = Unknown desc = ${HEAD}`,
    ],
    ['# Syntax = docker.io/docker/dockerfile:1.4', `failed to solve: ${HEAD}`],
    [
      '# syntax=localhost:5000/frontend:2',
      'failed to solve: failed to resolve source metadata for localhost:5000/frontend:2: connection refused',
    ],
  ])('%s: %s', (syntax, message) => {
    expect(failed(syntax, message)).toMatchObject({
      code: 'frontend-image-unavailable',
      exitCode: 6,
      what: expect.stringContaining('The frontend image of the `# syntax=` line (line 1)'),
      fix: expect.stringMatching(/registry, or a mirror of it.*remove line 1/),
    });
  });

  test.each([
    'resolve image config for docker.io/docker/dockerfile:1',
    'resolve image config for docker-image://docker.io/docker/dockerfile:1',
  ])('by its step: %s', (name) => {
    const error = 'failed to authorize: 401';
    expect(failed('# syntax=docker/dockerfile:1', 'failed to solve: x', { name, error })).toMatchObject({
      code: 'frontend-image-unavailable',
      why: expect.stringContaining('401'),
    });
  });

  test('a FROM stays a base image', () => {
    const step = { name: '[internal] load metadata for docker.io/library/python:3', error: LOOKUP };
    expect(failed('# syntax=docker/dockerfile:1', 'failed to solve: x', step).code).toBe(
      'base-image-unavailable',
    );
    const message = `failed to solve: python:3: failed to resolve source metadata for docker.io/library/python:3: ${LOOKUP}`;
    expect(failed('# syntax=docker/dockerfile:1', message)).toMatchObject({
      code: 'base-image-unavailable',
      what: expect.stringContaining('docker.io/library/python:3'),
    });
    expect(failed('# other', `failed to solve: ${HEAD}`).code).not.toBe('frontend-image-unavailable');
  });

  test('a registry with a port is named whole', () => {
    const message =
      'failed to solve: failed to resolve source metadata for localhost:5000/base:2: connection refused';
    expect(failed('# other', message).what).toContain('localhost:5000/base:2 ');
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
