import { expect, test } from '@jest/globals';
import type { ImageDetails } from '../engine/engine.ts';
import { sampleManifest } from '../manifests/sample-manifest.fixture.ts';
import { isImageOf, tagOfRelease } from './release-image.ts';

const layers = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
const labels = {
  'org.opencontainers.image.created': '2026-08-01T09:59:00.000Z',
  'io.de-build.plan.digest': 'x',
};
const sample = sampleManifest();
const manifest = sampleManifest({ image: { ...sample.image, layers, labels } });
const renamed = { id: `sha256:${'f'.repeat(64)}`, layers, labels } as unknown as ImageDetails;

test.each<[string, Partial<ImageDetails>, boolean]>([
  ['the same id, whatever else', { id: sample.image.id, layers: [], labels: {} }, true],
  ['another id, the same layers and labels', {}, true],
  ['another layer', { layers: [layers[0] ?? '', `sha256:${'3'.repeat(64)}`] }, false],
  ['a layer more', { layers: [...layers, layers[0] ?? ''] }, false],
  ['another moment', { labels: { ...labels, 'org.opencontainers.image.created': 'later' } }, false],
  ['a label more', { labels: { ...labels, more: '1' } }, false],
  [
    'a label less',
    { labels: { 'org.opencontainers.image.created': labels['org.opencontainers.image.created'] } },
    false,
  ],
])('%s', (_, changes, expected) => {
  expect(isImageOf({ ...renamed, ...changes }, manifest)).toBe(expected);
});

test('of an image for several platforms only the id counts, for the layers are those of one', () => {
  const otherPlatforms = [{ platform: 'linux/arm64', sizeBytes: 1, layers: [`sha256:${'4'.repeat(64)}`] }];
  const several = sampleManifest({ image: { ...sample.image, layers, labels, otherPlatforms } });
  expect(isImageOf({ ...renamed, id: sample.image.id }, several)).toBe(true);
  expect(isImageOf(renamed, several)).toBe(false);
});

test('a manifest without layers, or without the moment among its labels, only knows the id', () => {
  expect(isImageOf(renamed, sampleManifest({ image: { ...sample.image, labels } }))).toBe(false);
  const bare = { 'io.de-build.plan.digest': 'x' };
  const timeless = sampleManifest({ image: { ...sample.image, layers, labels: bare } });
  expect(isImageOf({ ...renamed, labels: bare }, timeless)).toBe(false);
});

test('the tag of a release is its version, or what a replaced one is called', () => {
  expect(tagOfRelease(manifest, '1.4.0').reference).toBe('acme/erp:1.4.0');
  expect(tagOfRelease(manifest, '1.4.0-replaced-abababababab').reference).toBe(
    'acme/erp:1.4.0-replaced-abababababab',
  );
});
