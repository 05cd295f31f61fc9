import { expect, test } from '@jest/globals';
import { registryUnreachable } from '../../errors/engine-image-failures.ts';
import type { Tools } from '../../flow/tools.ts';
import { findMissingBases } from './find-missing-bases.ts';

const tools = { environment: {}, signal: new AbortController().signal } as unknown as Tools;

test('only what the engine lacks is asked for, and only what its registry does not have is told', async () => {
  const asked: string[] = [];
  const registries = {
    async digestOf(reference: string) {
      asked.push(reference);
      if (reference.startsWith('away')) throw registryUnreachable('away.io', reference, 'no such host');
      return reference.startsWith('there') ? 'sha256:aa' : undefined;
    },
    push: async () => '',
    pull: async () => undefined,
  };
  const base = (reference: string, digest?: string) => ({ reference, digest, isFinal: false });
  const plan = {
    baseImages: [base('here:1', 'sha256:bb'), base('there.io/a:1'), base('gone.io/a:1'), base('away.io/a:1')],
    containerfile: { path: 'images/Containerfile', digest: 'sha256:cc' },
  };
  const findings = await findMissingBases(plan, { registries }, tools);
  expect(asked).toEqual(['there.io/a:1', 'gone.io/a:1', 'away.io/a:1']);
  expect(findings.map(({ id, severity, subject }) => [id, severity, subject])).toEqual([
    ['base-image-missing', 'warning', 'gone.io/a:1'],
    ['base-image-missing', 'warning', 'away.io/a:1'],
  ]);
  expect(findings[1]?.why).toContain('no such host');
});
