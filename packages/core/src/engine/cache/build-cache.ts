import { z } from 'zod';
import { askEngine } from '../ask-engine.ts';
import { readBuildRecords } from '../buildkit/build-records.ts';
import { engineBuildKit } from '../buildkit/buildkit.ts';
import { compareVersions } from '../compare-versions.ts';
import type { BuildCache, CacheRecord, PruneOptions, PruneResult } from '../engine.ts';
import type { EngineQuery, EngineTransport } from '../transport.ts';

/** Measuring and deleting gigabytes takes time, and the engine answers only at the end. */
const ANSWER_WITHIN_MS = 30 * 60_000;

const Usage = z.looseObject({
  BuildCache: z
    .array(
      z.looseObject({
        ID: z.string(),
        Type: z.string().default(''),
        Description: z.string().default(''),
        InUse: z.boolean().default(false),
        Shared: z.boolean().default(false),
        Size: z.number().default(0),
        CreatedAt: z.string().default(''),
        LastUsedAt: z.string().nullish(),
        UsageCount: z.number().default(0),
        // One parent until API 1.42; 26.x writes the key of several with a blank in front.
        Parent: z.string().nullish(),
        Parents: z.array(z.string()).nullish(),
        ' Parents': z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});

const Pruned = z.looseObject({
  CachesDeleted: z.array(z.string()).nullish(),
  SpaceReclaimed: z.number().default(0),
});

/** BuildKit's cache inside an engine. */
export function buildCache(transport: EngineTransport): BuildCache {
  return {
    usage: () => readUsage(transport),
    buildRecords: () => readBuildRecords(engineBuildKit(transport)),
    prune: (options) => prune(transport, options),
  };
}

async function readUsage(transport: EngineTransport): Promise<readonly CacheRecord[]> {
  const query = supports(transport, '1.42') ? { type: 'build-cache' } : {};
  const request = { method: 'GET', path: '/system/df', query, answerWithinMs: ANSWER_WITHIN_MS } as const;
  const { BuildCache: records } = await askEngine(transport, request, Usage);
  return (records ?? []).map((record) => ({
    id: record.ID,
    type: record.Type,
    description: record.Description,
    inUse: record.InUse,
    shared: record.Shared,
    sizeBytes: record.Size,
    createdAt: record.CreatedAt,
    ...(record.LastUsedAt ? { lastUsedAt: record.LastUsedAt } : {}),
    usageCount: record.UsageCount,
    parents: record.Parents ?? record[' Parents'] ?? (record.Parent ? [record.Parent] : []),
  }));
}

async function prune(transport: EngineTransport, options: PruneOptions): Promise<PruneResult> {
  const query = pruneQuery(options, supports(transport, '1.48'));
  const request = { method: 'POST', path: '/build/prune', query, answerWithinMs: ANSWER_WITHIN_MS } as const;
  const pruned = await askEngine(transport, request, Pruned);
  return { deleted: pruned.CachesDeleted ?? [], freedBytes: pruned.SpaceReclaimed };
}

/**
 * The size to keep is sent in bytes: the engine reads `1GB` as 1. Since API 1.48 the key is `max-used-space`, which
 * also applies where the engine's policy reserves space.
 */
export function pruneQuery(options: PruneOptions, hasMaxUsedSpace: boolean): EngineQuery {
  const keep = options.keepBytes === undefined ? undefined : Math.floor(options.keepBytes);
  const unusedFor = options.olderThanSeconds;
  return {
    all: options.all ? 1 : undefined,
    [hasMaxUsedSpace ? 'max-used-space' : 'keep-storage']: keep,
    filters: unusedFor === undefined ? undefined : JSON.stringify({ until: [`${Math.ceil(unusedFor)}s`] }),
  };
}

function supports(transport: EngineTransport, version: string): boolean {
  return compareVersions(transport.apiVersion, version) >= 0;
}
