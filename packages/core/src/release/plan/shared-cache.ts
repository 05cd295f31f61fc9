import type { Engine, EngineInfo } from '../../engine/engine.ts';
import { cacheUnsupported, cacheWouldHoldToken } from '../../errors/release-failures.ts';
import { cacheEntryMalformed } from '../../errors/usage-failures.ts';
import { type CacheEntry, type CacheUse, parseCacheEntry, writeCacheEntry } from '../../site/cache-entry.ts';
import type { SiteConfig } from '../../site/site-config.ts';
import type { BuildPlan } from './plan.ts';
import type { TokenDelivery } from './token-delivery.ts';

export type SharedCache = Readonly<Record<CacheUse, readonly CacheEntry[]>>;

export const NO_SHARED_CACHE: SharedCache = { cacheFrom: [], cacheTo: [] };

/** Options replace what de-build.json has. @throws DeBuildError `cache-entry-malformed` */
export function chooseSharedCache(
  options: Readonly<Partial<Record<CacheUse, readonly string[]>>>,
  config: Pick<SiteConfig, CacheUse>,
): SharedCache {
  const choose = (use: CacheUse) => options[use]?.map((text) => parse(text, use)) ?? config[use];
  return { cacheFrom: choose('cacheFrom'), cacheTo: choose('cacheTo') };
}

function parse(text: string, use: CacheUse): CacheEntry {
  const entry = parseCacheEntry(text, use);
  if ('problem' in entry) throw cacheEntryMalformed(text, use, entry.problem);
  return entry;
}

/**
 * An engine without containerd's image store writes only inline caches (moby's builder-next), and a cache has what every step
 * wrote, a token included.
 * @throws DeBuildError `cache-unsupported`, `cache-would-hold-token`
 */
export function requireCacheable(
  { cacheTo }: SharedCache,
  by: {
    readonly engine: Pick<Engine, 'builder' | 'endpoint'>;
    readonly info: EngineInfo;
    readonly tokenDelivery: TokenDelivery;
  },
): void {
  const [first] = exportedLater(cacheTo);
  if (first === undefined) return;
  if (by.engine.builder === undefined && !by.info.hasContainerdStore)
    throw cacheUnsupported(first.type, by.engine.endpoint);
  if (by.tokenDelivery.mode === 'inject') throw cacheWouldHoldToken(first.type);
}

/** For a plan. */
export function plannedSharedCache({ cacheFrom, cacheTo }: SharedCache): BuildPlan['sharedCache'] {
  return { cacheFrom: cacheFrom.map(writeCacheEntry), cacheTo: cacheTo.map(writeCacheEntry) };
}

/** Caches that are written once the image is verified; an inline one is a part of the image. */
export function exportedLater(cacheTo: SharedCache['cacheTo']): readonly CacheEntry[] {
  return cacheTo.filter(({ type }) => type !== 'inline');
}
