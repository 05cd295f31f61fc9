import { expect, test } from '@jest/globals';
import { DeBuildError } from './de-build-error.ts';

const failure = { code: 'x-failed', what: 'A.', why: 'B.', fix: 'C.', exitCode: 9 } as const;

test('JSON has the texts and the exit code, without cause and stack', () => {
  const error = new DeBuildError({ ...failure, cause: new Error('inner') });
  expect(JSON.parse(JSON.stringify({ error }))).toEqual({ error: failure });
});

test('JSON has the output of the other program and the findings, where there are any', () => {
  const finding = { id: 'y', severity: 'error', what: 'A.', why: 'B.', fix: 'C.' } as const;
  const more = { output: 'fatal: no', findings: [finding] };
  expect(JSON.parse(JSON.stringify(new DeBuildError({ ...failure, ...more })))).toEqual({
    ...failure,
    ...more,
  });
});
