import { expect, test } from '@jest/globals';
import { registryRefused, registryUnreachable } from '../../errors/engine-image-failures.ts';
import { askForImage } from './ask-for-image.ts';

const fail = (error: Error) => () => Promise.reject(error);

test.each([
  ['a digest', async () => 'sha256:aa', { state: 'found', digest: 'sha256:aa' }],
  ['no such image', async () => undefined, { state: 'none' }],
  [
    'a refusal',
    fail(registryRefused('r.io', 'r.io/a', 'denied')),
    { state: 'unknown', why: expect.stringMatching(/denied/i) },
  ],
  [
    'no network',
    fail(registryUnreachable('r.io', 'r.io/a', 'no such host')),
    { state: 'unknown', why: expect.stringContaining('no such host') },
  ],
])('%s', async (_, digestOf, answer) => {
  expect(await askForImage({ digestOf }, 'r.io/a', {})).toEqual(answer);
});

test('an interrupt and a defect are no answers', async () => {
  const stopped = AbortSignal.abort(new Error('stopped'));
  const asking = askForImage({ digestOf: fail(new Error('other')) }, 'r.io/a', { signal: stopped });
  await expect(asking).rejects.toThrow('stopped');
  await expect(askForImage({ digestOf: fail(new Error('other')) }, 'r.io/a', {})).rejects.toThrow('other');
});
