import { expect, test } from '@jest/globals';
import { perRecordedPlatform, recordedPlatforms } from './recorded-platforms.ts';
import { sampleManifest } from './sample-manifest.fixture.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const { image } = sampleManifest();
const first = { ...image, treeDigest: digest('a'), timelessDigest: digest('b'), layers: [digest('c')] };
const other = { platform: 'linux/arm64', sizeBytes: 7, treeDigest: digest('d'), layers: [digest('e')] };
const several = sampleManifest({ image: { ...first, otherPlatforms: [other] } });

test('a record of one platform is itself', () => {
  const one = sampleManifest({ image: first });
  expect(recordedPlatforms(one.image)).toEqual([first]);
  expect(perRecordedPlatform(one)).toEqual([one]);
});

test('each platform has its own contents, and nothing of the first', () => {
  expect(recordedPlatforms(several.image).map(({ platform }) => platform)).toEqual([
    'linux/amd64',
    'linux/arm64',
  ]);
  const [, arm64] = perRecordedPlatform(several);
  expect(arm64?.image).toMatchObject({ id: image.id, labels: image.labels, ...other });
  expect(arm64?.image.timelessDigest).toBeUndefined();
  expect(arm64?.image).not.toHaveProperty('otherPlatforms');
  expect(arm64?.apps.every((app) => app.treeDigest === undefined && app.commit !== '')).toBe(true);
});
