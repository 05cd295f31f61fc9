import type { BuildCache } from '../../engine/engine.ts';
import { createByteSearch, type SearchPattern } from './byte-search.ts';
import type { EnginePlace, Leak } from './leak.ts';
import { createLeakLedger, leakOf } from './leak-ledger.ts';

/**
 * Searches what the engine keeps beside its images: BuildKit's records of builds, which hold their build args, and the
 * descriptions of its cache, which hold instructions with the args filled in.
 * @throws DeBuildError `engine-*`
 */
export async function searchEngine(
  cache: Pick<BuildCache, 'usage' | 'buildRecords'>,
  pattern: SearchPattern,
): Promise<readonly Leak[]> {
  const search = createByteSearch(pattern);
  const ledger = createLeakLedger<EnginePlace>(({ kind, id }) => `${kind} ${id}`);
  const look = (bytes: Buffer, place: EnginePlace) => {
    search.begin((hit) => ledger.add(hit, place));
    search.push(bytes);
    search.end();
  };
  for (const { id, bytes } of await cache.buildRecords()) look(bytes, { kind: 'build-record', id });
  for (const { id, description } of await cache.usage()) {
    look(Buffer.from(description), { kind: 'build-cache', id });
  }
  return ledger.entries().map((entry) => leakOf(entry, entry.place));
}
