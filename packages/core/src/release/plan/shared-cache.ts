import { resolve } from 'node:path';
import type { Engine, EngineInfo } from '../../engine/engine.ts';
import { cacheUnsupported, cacheWouldHoldToken } from '../../errors/release-failures.ts';
import { cacheEntryMalformed } from '../../errors/usage-failures.ts';
import { omitUndefined } from '../../omit-undefined.ts';
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
 * An engine without containerd's image store writes only inline caches, and reads only registries (moby's builder-next). A
 * cache has what every step wrote, a token included.
 * @throws DeBuildError `cache-unsupported`, `cache-would-hold-token`
 */
export function requireCacheable(
  { cacheFrom, cacheTo }: SharedCache,
  by: {
    readonly engine: Pick<Engine, 'builder' | 'endpoint'>;
    readonly info: EngineInfo;
    readonly tokenDelivery: TokenDelivery;
  },
): void {
  const [first] = exportedLater(cacheTo);
  if (by.engine.builder === undefined && !by.info.hasContainerdStore) {
    if (first !== undefined) throw cacheUnsupported('cacheTo', first.type, by.engine.endpoint);
    const folder = cacheFrom.find(({ type }) => type === 'local');
    if (folder !== undefined) throw cacheUnsupported('cacheFrom', folder.type, by.engine.endpoint);
  }
  if (first !== undefined && by.tokenDelivery.mode === 'inject') throw cacheWouldHoldToken(first.type);
}

/** With the paths of folders relative to the site made absolute. */
export function inFolder(entry: CacheEntry, folder: string): CacheEntry {
  const { src, dest } = entry.attributes;
  const paths = omitUndefined({ src: src && resolve(folder, src), dest: dest && resolve(folder, dest) });
  return entry.type === 'local' ? { ...entry, attributes: { ...entry.attributes, ...paths } } : entry;
}

/** For a plan. */
export function plannedSharedCache({ cacheFrom, cacheTo }: SharedCache): BuildPlan['sharedCache'] {
  return { cacheFrom: cacheFrom.map(writeCacheEntry), cacheTo: cacheTo.map(writeCacheEntry) };
}

/** Caches that are written once the image is verified; an inline one is a part of the image. */
export function exportedLater(cacheTo: SharedCache['cacheTo']): readonly CacheEntry[] {
  return cacheTo.filter(({ type }) => type !== 'inline');
}
