import { expect, test } from '@jest/globals';
import { runPlatforms, TARGET_PLATFORM } from './run-platforms.ts';

test.each<[string, string | undefined, string[]]>([
  ['FROM a\nRUN x', undefined, [TARGET_PLATFORM]],
  ['FROM a\nCOPY x y', undefined, []],
  ['FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM a\nCOPY --from=b x y', undefined, []],
  ['FROM --platform=${TARGETPLATFORM} a\nRUN x', undefined, [TARGET_PLATFORM]],
  ['FROM --platform=linux/arm64 a\nRUN x', undefined, ['linux/arm64']],
  ['ARG P=linux/s390x\nFROM --platform=$P a\nRUN x', undefined, ['linux/arm64']],
  ['FROM --platform=$BUILDPLATFORM a AS b\nFROM b\nRUN x', undefined, []],
  ['FROM a AS unneeded\nRUN x\nFROM b\nCOPY x y', undefined, []],
  ['FROM a AS wanted\nRUN x\nFROM b\nCOPY x y', 'wanted', [TARGET_PLATFORM]],
])('%j to %s runs for %j', (text, target, expected) => {
  expect([...runPlatforms(text, { target, buildArgs: { P: 'linux/arm64' } })]).toEqual(expected);
});
