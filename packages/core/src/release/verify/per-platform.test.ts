import { expect, test } from '@jest/globals';
import { describePlace } from '../../audit/leaks/describe-leak.ts';
import type { Leak, LeakPlace } from '../../audit/leaks/leak.ts';
import { joinSearches } from './per-platform.ts';
import type { ImageSearch } from './search-image.ts';

function search(...places: readonly LeakPlace[]): ImageSearch {
  const leak: Leak = {
    severity: 'error',
    secret: 'PAT',
    isKnown: true,
    places: places.map((place) => ({ place, forms: [] })),
    omitted: 1,
    fixes: ['Revoke it.'],
  };
  return {
    leaks: places.length === 0 ? [] : [leak],
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

const placesOf = (joined: ImageSearch | undefined) =>
  joined?.leaks.map(({ places }) => places.map(({ place }) => describePlace(place)));

test('a secret is one leak on several platforms, and each place names its platform', () => {
  const joined = joinSearches([
    { platform: 'linux/amd64', search: search(file) },
    { platform: 'linux/arm64', search: search(label, file) },
  ]);
  expect(placesOf(joined)).toEqual([
    [
      "the image's label x (linux/arm64)",
      'a/b (layer 1 of 3, linux/amd64)',
      'a/b (layer 1 of 3, linux/arm64)',
    ],
  ]);
  expect(joined).toMatchObject({
    leaks: [{ omitted: 2, fixes: ['Revoke it.'] }],
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
  expect(placesOf(joined)).toEqual([["the image's label x (linux/amd64)"]]);
  expect(joined?.unread).toMatchObject([{ path: 'The image for linux/arm64' }]);
});

test('the search of one platform is as it is', () => {
  const only = search(file);
  expect(joinSearches([{ platform: 'linux/amd64', search: only }])).toBe(only);
  expect(joinSearches([{ platform: 'linux/amd64', search: undefined }])).toBeUndefined();
});
