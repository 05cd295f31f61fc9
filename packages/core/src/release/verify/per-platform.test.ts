import { expect, test } from '@jest/globals';
import { describePlace } from '../../audit/leaks/describe-leak.ts';
import type { Leak, LeakPlace } from '../../audit/leaks/leak.ts';
import { joinSearches } from './per-platform.ts';
import type { ImageSearch } from './search-image.ts';

function search(...places: readonly LeakPlace[]): ImageSearch {
  const leaks = places.map((place) => ({ severity: 'error', secret: 'PAT', place }) as Leak);
  return {
    leaks,
    omitted: 1,
    unread: [],
    unreadOmitted: 1,
    secrets: 2,
    weak: [],
    layers: { searched: 1, total: 3 },
  };
}

const label = { kind: 'configuration', field: 'label x' } as const;
const layer = { number: 1, total: 3, digest: '', instruction: '' };
const file = { kind: 'file', layer, path: 'a/b', inside: [], isInName: false } as const;

test('a leak names its platform where there are several', () => {
  const joined = joinSearches([
    { platform: 'linux/amd64', search: search() },
    { platform: 'linux/arm64', search: search(label, file) },
  ]);
  expect(joined?.leaks.map(({ place }) => describePlace(place))).toEqual([
    "the image's label x (linux/arm64)",
    'a/b (layer 1 of 3, linux/arm64)',
  ]);
  expect(joined).toMatchObject({
    omitted: 2,
    unreadOmitted: 2,
    secrets: 2,
    layers: { searched: 2, total: 6 },
  });
});

test('a platform that was not searched is not clean', () => {
  const joined = joinSearches([
    { platform: 'linux/amd64', search: search(label) },
    { platform: 'linux/arm64', search: undefined },
  ]);
  expect(joined?.leaks.map(({ place }) => describePlace(place))).toEqual([
    "the image's label x (linux/amd64)",
  ]);
  expect(joined?.unread).toMatchObject([{ path: 'The image for linux/arm64' }]);
});

test('the search of one platform is as it is', () => {
  const only = search(file);
  expect(joinSearches([{ platform: 'linux/amd64', search: only }])).toBe(only);
  expect(joinSearches([{ platform: 'linux/amd64', search: undefined }])).toBeUndefined();
});
