import { expect, test } from '@jest/globals';
import { choosePlatforms } from './choose-platforms.ts';

const choose = (option?: string, config?: string, variable?: string) =>
  choosePlatforms({ option, config, variable });

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['Linux/ARM64', 'linux/arm64'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/arm/6', 'linux/arm/v6'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['arm64', 'linux/arm64'],
  ['x86_64', 'linux/amd64'],
])('%s is %s', (text, platform) => {
  expect(choose(text)).toEqual([platform]);
});

test.each(['local', 'linux'])("%s is the builder's own", (text) => {
  expect(choose(text)).toEqual([]);
});

test('the option comes before the setting, and the setting before the variable', () => {
  expect(choose('linux/arm64', 'linux/386', 'linux/s390x')).toEqual(['linux/arm64']);
  expect(choose(undefined, 'linux/386', 'linux/s390x')).toEqual(['linux/386']);
  expect(choose(undefined, undefined, 'linux/s390x')).toEqual(['linux/s390x']);
  expect(choose(undefined, undefined, '')).toEqual([]);
});

test.each([
  'arm65',
  'linux/',
  'linux/a b',
  'a/b/c/d',
  'linux/amr64',
  'windows/amd64',
  'linux/arm/v9',
  'linux/386/v2',
])('%j is refused by name', (text) => {
  expect(() => choose(undefined, undefined, text)).toThrow(
    expect.objectContaining({
      code: 'platform-malformed',
      what: expect.stringContaining('DOCKER_DEFAULT_PLATFORM'),
    }),
  );
});

test('the nearest platform is suggested', () => {
  expect(() => choose('linux/amd64,linux/arn64')).toThrow(
    expect.objectContaining({
      what: expect.stringContaining('"linux/arn64"'),
      fix: 'Did you mean `linux/arm64`?',
    }),
  );
});

test('several are joined by commas, and each counts once', () => {
  expect(choose('linux/arm64, x86_64,linux/arm64/v8')).toEqual(['linux/arm64', 'linux/amd64']);
  expect(() => choose('linux/arm64,')).toThrow(expect.objectContaining({ code: 'platform-malformed' }));
});
