import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { planPrune } from '../engine/cache/plan-prune.ts';
import type { CacheRecord, Engine, PruneOptions } from '../engine/engine.ts';
import { changeSite } from '../flow/change-site.ts';
import { engineWithBuilder } from '../flow/engine-with-builder.ts';
import { siteFolder } from '../flow/site-folder.ts';
import type { Flow, SiteOptions, Tools } from '../flow/tools.ts';
import { withTools } from '../flow/with-tools.ts';
import { omitUndefined } from '../omit-undefined.ts';

export interface PruneCacheOptions extends Partial<SiteOptions> {
  /** Total size the build cache may keep, in bytes. Default: nothing that may be removed is kept. */
  readonly keepBytes?: number;
  /** Only records unused for at least this long, in seconds. Default: any age. */
  readonly olderThanSeconds?: number;
  /** Also records that images, frontends or the builder itself share. Default: false. */
  readonly all?: boolean;
  /** Prune the cache of this builder: see `ReleaseOptions`. Default: the site's, BUILDX_BUILDER, or the engine's cache. */
  readonly builder?: string;
  /** Change nothing; say what would be removed. Default: false. */
  readonly dryRun?: boolean;
}

/** What a prune freed, or would free. */
export interface PrunedCache {
  readonly dryRun: boolean;
  /** The cache's removed records, largest first. */
  readonly records: readonly Pick<CacheRecord, 'id' | 'type' | 'description' | 'sizeBytes'>[];
  readonly freedBytes: number;
  /** The cache's size before and after, in bytes. */
  readonly before: number;
  readonly after: number;
}

const PRUNE: Flow = {
  name: 'prune',
  stages: [],
  unchanged: 'The engine may have removed a part of the build cache.',
};

/**
 * Frees build cache in the engine, or in the builder. It deletes records of the cache and nothing else: no image, tagged or not, no
 * container, no volume. What an image shares with the cache stays in the image. If a site is named that was released
 * before, no other run may work on it meanwhile.
 * @throws DeBuildError `engine-*`, `builder-*`, `site-locked`, `lock-*`
 */
export async function pruneBuildCache(options: PruneCacheOptions): Promise<PrunedCache> {
  const { dryRun = false, all = false, keepBytes, olderThanSeconds, builder, site } = options;
  const limits = { all, ...omitUndefined({ keepBytes, olderThanSeconds }) };
  const operation = { flow: PRUNE, what: 'prune', dryRun };
  // If nothing was released, there is nothing to lock and no folder to create.
  return site !== undefined && (await wasReleased(site))
    ? changeSite({ ...options, site }, operation, async (opened, tools) =>
        prune({ ...limits, dryRun }, await engineWithBuilder(opened, builder, tools), tools),
      )
    : withTools(options, operation, async (tools) => {
        const nowhere = { config: { builder: undefined }, folder: process.cwd() };
        return prune({ ...limits, dryRun }, await engineWithBuilder(nowhere, builder, tools), tools);
      });
}

async function prune(
  { dryRun, ...limits }: PruneOptions & { readonly dryRun: boolean },
  { cache }: Pick<Engine, 'cache'>,
  tools: Pick<Tools, 'now'>,
): Promise<PrunedCache> {
  const records = await cache.usage();
  const before = sizeOf(records);
  if (dryRun) {
    const plan = planPrune(records, { ...limits, now: tools.now() });
    const { freedBytes } = plan;
    return { dryRun, records: bySize(plan.records), freedBytes, before, after: before - freedBytes };
  }
  const { deleted, freedBytes } = await cache.prune(limits);
  const removed = new Set(deleted);
  return {
    dryRun,
    records: bySize(records.filter(({ id }) => removed.has(id))),
    freedBytes,
    before,
    after: sizeOf(await cache.usage()),
  };
}

async function wasReleased(site: string): Promise<boolean> {
  return stat(siteFolder(resolve(site)).path).then(
    () => true,
    () => false,
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
