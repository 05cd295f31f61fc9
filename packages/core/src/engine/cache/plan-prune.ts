import type { CacheRecord, PruneOptions } from '../engine.ts';

export interface PrunePlan {
  /** In the order of their deletion. */
  readonly records: readonly CacheRecord[];
  readonly freedBytes: number;
}

/**
 * Predicts what `BuildCache.prune` would delete, by BuildKit's rules (`cache/manager.go`: `prune`,
 * `pruneOnce`, `sortDeleteRecords`): records in use stay, a parent goes only after its children, shared, internal
 * and frontend records go only with `all`. Exact for the cache as listed, except that with `keepBytes` records that
 * were used equally often and at the same moment may change places, that an engine may count a shared record's size
 * differently once its last image is gone, and that the engine collects garbage by its own policy after a prune.
 */
export function planPrune(
  usage: readonly CacheRecord[],
  options: PruneOptions & { readonly now: Date },
): PrunePlan {
  const left = new Map(usage.map((record) => [record.id, record]));
  const keepBytes = options.keepBytes ?? 0;
  const going: CacheRecord[] = [];
  let total = usage.reduce((sum, record) => (record.shared ? sum : sum + record.sizeBytes), 0);
  while (keepBytes === 0 || total >= keepBytes) {
    const candidates = withoutChildren(left).filter((record) => mayGo(record, options));
    const batch = keepBytes === 0 ? candidates : byWorth(candidates).slice(0, 1);
    if (batch.length === 0) break;
    for (const record of batch) {
      left.delete(record.id);
      going.push(record);
      total -= record.sizeBytes;
    }
  }
  return { records: going, freedBytes: going.reduce((sum, record) => sum + record.sizeBytes, 0) };
}

function withoutChildren(records: ReadonlyMap<string, CacheRecord>): readonly CacheRecord[] {
  const parents = new Set([...records.values()].flatMap((record) => record.parents));
  return [...records.values()].filter((record) => !parents.has(record.id));
}

function mayGo(record: CacheRecord, options: PruneOptions & { readonly now: Date }): boolean {
  if (record.inUse) return false;
  if (!options.all && (record.shared || record.type === 'internal' || record.type === 'frontend'))
    return false;
  if (!options.olderThanSeconds || record.lastUsedAt === undefined) return true;
  return Date.parse(record.lastUsedAt) <= options.now.getTime() - options.olderThanSeconds * 1000;
}

/** The least worth keeping first: by rank of last use and rank of use count, each as a share of the ranks. */
function byWorth(records: readonly CacheRecord[]): readonly CacheRecord[] {
  const used = ranks(records, (record) => lastUse(record));
  const counted = ranks(records, (record) => BigInt(record.usageCount));
  const worth = (record: CacheRecord) => (used.get(record) ?? 0) + (counted.get(record) ?? 0);
  return [...records].sort((a, b) => worth(a) - worth(b));
}

/** Equal values have equal ranks; the lowest rank is 1 for what was never used, 2 otherwise. */
function ranks(
  records: readonly CacheRecord[],
  measure: (record: CacheRecord) => bigint,
): ReadonlyMap<CacheRecord, number> {
  const sorted = [...records].sort((a, b) => Number(measure(a) - measure(b)));
  let rank = 1;
  let last = 0n;
  const ranked = sorted.map((record) => {
    if (measure(record) > last) {
      last = measure(record);
      rank++;
    }
    return [record, rank] as const;
  });
  return new Map(ranked.map(([record, at]) => [record, at / rank]));
}

/** In nanoseconds: to the millisecond, steps of one build would often be equal. */
function lastUse(record: CacheRecord): bigint {
  if (record.lastUsedAt === undefined) return 0n;
  const fraction = /\.(\d+)/.exec(record.lastUsedAt)?.[1] ?? '';
  const seconds = Math.floor(Date.parse(record.lastUsedAt) / 1000);
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
