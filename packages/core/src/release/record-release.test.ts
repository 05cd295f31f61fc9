import { expect, test } from '@jest/globals';
import { DeBuildError } from '../errors/de-build-error.ts';
import type { Decision } from './plan-release.ts';
import { type ReleaseOutcome, recordRelease } from './record-release.ts';
import type { Tools } from './tools.ts';

function lost(what: string): DeBuildError {
  return new DeBuildError({ code: 'engine-lost', what, why: '', fix: '', exitCode: 5 });
}

/** A release whose engine is gone by the time it is to be recorded. */
function release(undo: () => Promise<void>) {
  const gone = async () => {
    throw lost('The engine is gone.');
  };
  const decision = {
    plan: { reference: 'acme/erp:1.0.0' },
    examination: {
      site: { folder: '/nowhere', config: { manifests: 'build-manifests', env: '.env', apps: 'apps.json' } },
    },
    engine: { images: { inspect: gone }, about: gone },
  };
  return [
    decision as unknown as Decision,
    { built: { id: 'sha256:1' }, tagging: { tags: [], undo } } as unknown as ReleaseOutcome,
    {} as Tools,
  ] as const;
}

test('what could not be recorded loses its tag', async () => {
  let undone = 0;
  const undo = async () => {
    undone += 1;
  };
  await expect(recordRelease(...release(undo))).rejects.toMatchObject({ code: 'engine-lost' });
  expect(undone).toBe(1);
});

test('when the tag cannot be taken back either, both reasons are told', async () => {
  const undo = async () => {
    throw lost('It does not answer.');
  };
  await expect(recordRelease(...release(undo))).rejects.toMatchObject({
    code: 'tag-not-taken-back',
    exitCode: 9,
    why: expect.stringMatching(/The engine is gone.*It does not answer/),
    fix: expect.stringContaining('docker image rm acme/erp:1.0.0'),
  });
});
