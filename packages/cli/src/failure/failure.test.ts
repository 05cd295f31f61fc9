import { DeBuildError, EXIT, makeVisible } from '@de-build/core';
import { expect, test } from '@jest/globals';
import { type FailureTextOptions, failureText } from './failure-text.ts';

const options: FailureTextOptions = {
  hasColours: false,
  isVerbose: false,
  columns: 60,
  clean: (text) => makeVisible(text).replaceAll('hunter22', '[redacted PAT]'),
};

const failure = new DeBuildError({
  code: 'build-step-failed',
  what: 'Step [builder 3/5] failed with exit code 1.',
  why: 'git refused the token for https://github.com/acme/private, which is longer than a line.',
  fix: 'Give the token access to acme/private.\nThen run `de-build` again.',
  exitCode: EXIT.build,
  output: '\n\nCloning with hunter22\n\x1b]0;evil\x07fatal: refused\n\n',
  cause: new TypeError('the cause holds hunter22'),
});

test('what, why, fix, and the output separately', () => {
  expect(failureText(failure, options)).toMatchInlineSnapshot(`
"
✗ Step [builder 3/5] failed with exit code 1.
  git refused the token for
  https://github.com/acme/private, which is longer than a
  line.

→ Give the token access to acme/private.
  Then run \`de-build\` again.

  │ Cloning with [redacted PAT]
  │ \\x1b]0;evil\\x07fatal: refused

  build-step-failed, exit code 6
"
`);
});

test('a long output is cut at its beginning', () => {
  const output = Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n');
  const text = failureText(new DeBuildError({ ...failure, what: 'w', output }), options);
  expect(text).toContain('│ … 70 lines before\n  │ line 70\n');
  expect(text).toContain('│ line 99\n');
});

test('the stack only with --verbose, causes included, and cleaned', () => {
  expect(failureText(failure, options)).not.toMatch(/\bat .*failure\.test/);
  const text = failureText(failure, { ...options, isVerbose: true });
  expect(text).toMatch(/\bat .*failure\.test/);
  expect(text).toContain('caused by: TypeError: the cause holds [redacted PAT]');
  expect(text).not.toContain('hunter22');
});

test.each([
  [new TypeError('x of undefined, hunter22'), 'TypeError: x of undefined, [redacted PAT]'],
  ['a string', 'a string'],
  [undefined, 'undefined'],
])('anything else is a bug to report: %s', (error, shown) => {
  const text = failureText(error, options);
  expect(text).toContain('This is a bug in de-build. Please report it');
  expect(text).toContain(shown);
  expect(text).not.toContain('    at ');
});

test('a cause that points back at its error ends', () => {
  const error: Error = new Error('round');
  error.cause = error;
  expect(failureText(error, { ...options, isVerbose: true })).toContain('round');
});
