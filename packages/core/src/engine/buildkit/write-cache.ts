import { cacheNotWritten } from '../../errors/build-failures.ts';
import { placeOfCache } from '../../site/cache-entry.ts';
import type { BuildRequest } from '../engine.ts';
import type { BuildKit } from './buildkit.ts';
import { solveOverSession } from './solve-over-session.ts';

/**
 * Has BuildKit write what a build left in its cache into the caches of `cacheTo`; it makes no image.
 * @throws DeBuildError `cache-not-written`, `build-interrupted`, `engine-*`, `builder-*`
 */
export async function writeCache(buildKit: BuildKit, request: BuildRequest): Promise<void> {
  const place = (request.cacheTo ?? []).map(placeOfCache).join(', ');
  const isFolder = request.cacheTo?.every(({ type }) => type === 'local') === true;
  await solveOverSession(buildKit, request, {
    purpose: 'write-cache',
    methods: {},
    explain: ({ message }) => cacheNotWritten(message, { place, isFolder }),
  });
}
