import { expect, test } from '@jest/globals';
import type { Decision } from './decision.ts';
import { requirePlatforms } from './require-feasible.ts';

const RUN = 'FROM base\nRUN bench init\n';
const COPY =
  'FROM --platform=$BUILDPLATFORM base AS builder\nRUN bench init\nFROM scratch\nCOPY --from=builder / /\n';

function decide(
  text: string,
  platforms: readonly string[],
  { nodes, holdsIndexes = true }: { nodes: readonly (readonly string[])[]; holdsIndexes?: boolean },
): Decision {
  return {
    plan: { platforms, target: undefined },
    site: { containerfile: { text } },
    buildArgs: {},
    engine: {
      endpoint: 'unix:///var/run/docker.sock',
      about: async () => ({ holdsIndexes, platform: 'linux/amd64' }),
      platforms: async () => nodes,
    },
  } as unknown as Decision;
}

const AMD64 = ['linux/amd64', 'linux/386'];
const ARM64 = ['linux/arm64/v8'];
const BOTH = ['linux/amd64', 'linux/arm64'];

test.each([
  ['the only platform', RUN, ['linux/amd64'], [AMD64]],
  ['platforms of one node', RUN, BOTH, [[...AMD64, ...ARM64]]],
  ['platforms of the second node', RUN, ['linux/arm64'], [AMD64, ARM64]],
  ['platforms that are only copied for', COPY, BOTH, [AMD64]],
  ['no platform at all', RUN, [], [AMD64]],
])('%s can be built', async (_, text, platforms, nodes) => {
  await expect(requirePlatforms(decide(text, platforms, { nodes }))).resolves.toBeUndefined();
});

test('what no node runs is refused by name', async () => {
  await expect(requirePlatforms(decide(RUN, BOTH, { nodes: [AMD64] }))).rejects.toMatchObject({
    code: 'platform-unsupported',
    what: expect.stringContaining('linux/arm64'),
    why: 'It runs linux/amd64, linux/386.',
  });
});

test('what takes several nodes is refused', async () => {
  await expect(requirePlatforms(decide(RUN, BOTH, { nodes: [AMD64, ARM64] }))).rejects.toMatchObject({
    code: 'platforms-on-several-nodes',
  });
});

test('several are refused where an image can be for one only, also when files are only copied', async () => {
  const engine = { nodes: [AMD64], holdsIndexes: false };
  await expect(requirePlatforms(decide(COPY, BOTH, engine))).rejects.toMatchObject({
    code: 'platforms-many',
  });
  await expect(requirePlatforms(decide(COPY, ['linux/arm64'], engine))).resolves.toBeUndefined();
});
