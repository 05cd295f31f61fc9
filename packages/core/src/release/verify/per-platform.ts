import { joinLeaks } from '../../audit/leaks/join-leaks.ts';
import type { Leak } from '../../audit/leaks/leak.ts';
import { joinUnread } from '../../audit/leaks/unread-list.ts';
import type { Decision } from '../plan/decision.ts';
import type { ImageSearch } from './search-image.ts';

/** The decision, once for each platform that is built: its engine reads an index for that platform. */
export function perPlatform(decision: Decision): readonly Decision[] {
  const { plan, engine } = decision;
  if (plan.platforms.length < 2) return [decision];
  return plan.platforms.map((platform) => ({
    ...decision,
    plan: { ...plan, platforms: [platform] },
    engine: { ...engine, images: engine.images.forPlatform(platform) },
  }));
}

export interface PlatformSearch {
  readonly platform: string;
  /** `undefined` when it was not searched. */
  readonly search: ImageSearch | undefined;
}

/** The searches of an image's platforms as one; with several, every leak names its platform. */
export function joinSearches(searches: readonly PlatformSearch[]): ImageSearch | undefined {
  if (searches.length === 1) return searches[0]?.search;
  const found = searches.flatMap(({ platform, search }) =>
    search === undefined ? [] : [{ platform, search }],
  );
  const [first] = found;
  if (first === undefined) return undefined;
  const missing = searches
    .filter(({ search }) => search === undefined)
    .map(({ platform }) => ({
      path: `The image for ${platform}`,
      inside: [],
      why: 'It could not be read.',
    }));
  const sum = (count: (search: ImageSearch) => number) =>
    found.reduce((all, { search }) => all + count(search), 0);
  return {
    leaks: joinLeaks(
      found.flatMap(({ platform, search }) => search.leaks.map((leak) => onPlatform(leak, platform))),
    ),
    ...joinUnread([...found.map(({ search }) => search), { unread: missing, unreadOmitted: 0 }]),
    secrets: first.search.secrets,
    weak: first.search.weak,
    layers: { searched: sum(({ layers }) => layers.searched), total: sum(({ layers }) => layers.total) },
  };
}

function onPlatform(leak: Leak, platform: string): Leak {
  const places = leak.places.map(({ place, forms }) => ({
    place: place.kind === 'file' || place.kind === 'configuration' ? { ...place, platform } : place,
    forms,
  }));
  return { ...leak, places };
}
