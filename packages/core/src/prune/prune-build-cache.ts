import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { planPrune } from '../engine/cache/plan-prune.ts';
import type { CacheRecord, PruneOptions } from '../engine/engine.ts';
import { withSiteLock } from '../flow/site-lock.ts';
import type { SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';

export interface PruneCacheOptions extends Omit<SiteOptions, 'site' | 'remote'> {
  /** A site that no other run may be at work on meanwhile, if anything was ever released there; its secrets may stand in the cache. */
  readonly site?: string;
  /** Total size the build cache may keep, in bytes. Default: nothing is kept that may go. */
  readonly keepBytes?: number;
  /** Only what was not used for so long, in seconds. Default: whatever its age. */
  readonly olderThanSeconds?: number;
  /** Also records that images, frontends or the builder itself share. Default: false. */
  readonly all?: boolean;
  /** Change nothing; foretell what would go. Default: false. */
  readonly dryRun?: boolean;
}

/** What a prune freed, or would free. */
export interface PrunedCache {
  readonly dryRun: boolean;
  /** The cache's records that went, largest first. */
  readonly records: readonly Pick<CacheRecord, 'id' | 'type' | 'description' | 'sizeBytes'>[];
  readonly freedBytes: number;
  /** The cache's size before and after, in bytes. */
  readonly before: number;
  readonly after: number;
}

/**
 * Frees build cache in the engine. It deletes records of the cache and nothing else: no image, tagged or not, no
 * container, no volume. What an image shares with the cache stays in the image.
 * @throws DeBuildError `engine-*`, `site-locked`, `lock-*`
 */
export function pruneBuildCache(options: PruneCacheOptions): Promise<PrunedCache> {
  const limits = {
    all: options.all ?? false,
    ...(options.keepBytes === undefined ? {} : { keepBytes: options.keepBytes }),
    ...(options.olderThanSeconds === undefined ? {} : { olderThanSeconds: options.olderThanSeconds }),
  };
  return withTools({ ...options, site: options.site ?? '' }, async (tools) => {
    const site = await releasedSite(options.site);
    const work = () => prune({ ...limits, dryRun: options.dryRun ?? false }, tools);
    return site === undefined
      ? work()
      : withSiteLock({ site, what: 'prune', dryRun: options.dryRun }, tools, work);
  });
}

async function prune(
  { dryRun, ...limits }: PruneOptions & { readonly dryRun: boolean },
  tools: Tools,
): Promise<PrunedCache> {
  const { cache } = await tools.engine();
  const records = await cache.usage();
  const before = sizeOf(records);
  if (dryRun) {
    const plan = planPrune(records, { ...limits, now: tools.now() });
    const { freedBytes } = plan;
    return { dryRun: true, records: bySize(plan.records), freedBytes, before, after: before - freedBytes };
  }
  const { deleted, freedBytes } = await cache.prune(limits);
  const gone = new Set(deleted);
  return {
    dryRun: false,
    records: bySize(records.filter(({ id }) => gone.has(id))),
    freedBytes,
    before,
    after: sizeOf(await cache.usage()),
  };
}

/** Where nothing was ever released there is nothing to lock, and `.de-build/` need not be made. */
async function releasedSite(site: string | undefined): Promise<string | undefined> {
  if (site === undefined) return undefined;
  return stat(join(site, '.de-build')).then(
    () => site,
    () => undefined,
  );
}

function sizeOf(records: readonly CacheRecord[]): number {
  return records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function bySize(records: readonly CacheRecord[]): PrunedCache['records'] {
  return records
    .map(({ id, type, description, sizeBytes }) => ({ id, type, description, sizeBytes }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
}
