import { expect, test } from '@jest/globals';
import { runPlatforms } from './run-platforms.ts';

const TARGET_PLATFORM = 'linux/riscv64';

test.each<[string, string | undefined, string[]]>([
  ['FROM a\nRUN x', undefined, [TARGET_PLATFORM]],
  ['FROM a\nCOPY x y', undefined, []],
  ['FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM a\nCOPY --from=b x y', undefined, []],
  ['FROM --platform=${TARGETPLATFORM} a\nRUN x', undefined, [TARGET_PLATFORM]],
  ['FROM --platform=linux/arm64 a\nRUN x', undefined, ['linux/arm64']],
  ['ARG P=linux/s390x\nFROM --platform=$P a\nRUN x', undefined, ['linux/arm64']],
  ['FROM --platform=$BUILDPLATFORM a AS b\nFROM b\nRUN x', undefined, []],
  ['FROM --platform=linux/$TARGETARCH a\nRUN x', undefined, [TARGET_PLATFORM]],
  [
    'FROM a AS f-amd64\nRUN x\nFROM --platform=linux/386 a AS f-riscv64\nRUN x\nFROM f-${TARGETARCH}\nCOPY x y',
    undefined,
    ['linux/386'],
  ],
  ['FROM a AS unneeded\nRUN x\nFROM b\nCOPY x y', undefined, []],
  ['FROM a AS wanted\nRUN x\nFROM b\nCOPY x y', 'wanted', [TARGET_PLATFORM]],
])('%j to %s runs for %j', (text, target, expected) => {
  expect([
    ...runPlatforms(text, { target, platform: TARGET_PLATFORM, buildArgs: { P: 'linux/arm64' } }),
  ]).toEqual(expected);
});
