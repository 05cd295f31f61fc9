import { expect, test } from '@jest/globals';
import { explainPodmanFailure } from './explain-podman-failure.ts';

const containerfile = {
  name: 'images/custom/Containerfile',
  text: 'ARG V=1\nFROM base:$V\n# why\nRUN one && \\\n    # a remark\n    two\nCOPY a b\n',
};

const explain = (message: string, currentStep?: string, output = '') =>
  explainPodmanFailure({
    message,
    record: currentStep === undefined ? undefined : { currentStep, output },
    containerfile,
    target: undefined,
  });

test.each([
  [
    'a command',
    'building at STEP "RUN one &&     two": while running runtime: exit status 5\n',
    '[1: 2/3] RUN one &&     two',
    'Step [1: 2/3] (images/custom/Containerfile:4-6) failed: RUN one && two',
    'It ended with exit code 5.',
  ],
  [
    'a copy',
    'COPY failed: file not found in build context: stat a: file does not exist',
    '[4/4] COPY a b',
    'Step [4/4] (images/custom/Containerfile:7) failed: COPY a b',
    'COPY failed: file not found in build context: stat a: file does not exist.',
  ],
])('%s: says where, what and why', (_, message, step, what, why) => {
  expect(explain(message, step, 'last words')).toMatchObject({
    code: 'build-step-failed',
    what,
    why: expect.stringContaining(why),
    output: 'last words',
  });
});

test.each([
  ['pull access denied for base', '[2/4] FROM base:$V', 'base-image-unavailable'],
  ['dockerfile parse error line 1: unknown instruction: NONSENSE', undefined, 'containerfile-invalid'],
  ['something else', undefined, 'build-failed'],
])('%s', (message, step, code) => {
  expect(explain(message, step)).toMatchObject({ code, exitCode: 6 });
});
