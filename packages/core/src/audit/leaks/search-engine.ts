import type { BuildCache } from '../../engine/engine.ts';
import { createByteSearch, type SearchPattern, searchBytes } from './byte-search.ts';
import type { EnginePlace, Leak } from './leak.ts';
import { createLeakLedger } from './leak-ledger.ts';

/**
 * Searches what the engine keeps outside of its images: BuildKit's build records, which hold build args, and the
 * descriptions of the build cache, which hold instructions with the args filled in.
 * @throws DeBuildError `engine-*`
 */
export async function searchEngine(
  cache: Pick<BuildCache, 'usage' | 'buildRecords'>,
  pattern: SearchPattern,
): Promise<readonly Leak[]> {
  const search = createByteSearch(pattern);
  const ledger = createLeakLedger<EnginePlace>();
  for (const { id, bytes } of await cache.buildRecords()) {
    searchBytes(search, bytes, (hit) => ledger.add(hit, { kind: 'build-record', id }));
  }
  for (const { id, description } of await cache.usage()) {
    searchBytes(search, Buffer.from(description), (hit) => ledger.add(hit, { kind: 'build-cache', id }));
  }
  return ledger.leaks((place) => place);
}
