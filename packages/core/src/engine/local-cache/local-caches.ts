import type { CacheEntry } from '../../site/cache-entry.ts';
import type { BuildRequest } from '../engine.ts';
import { type ContentFolder, openContentFolder } from './content-folder.ts';

/** The caches of a build that are folders of this machine; BuildKit reads and writes them over the session. */
export interface LocalCaches {
  /** By the ids that BuildKit asks for. */
  readonly stores: ReadonlyMap<string, ContentFolder>;
  /** All that steps may come from: of a folder, by the digest that its tag names. */
  readonly cacheFrom: readonly CacheEntry[];
  /** Folders that have no cache yet. */
  readonly missing: readonly string[];
  /** Names what was written. @param descriptor as BuildKit answers with it */
  finish(descriptor: string | undefined): Promise<void>;
}

export async function openLocalCaches({
  cacheFrom = [],
  cacheTo = [],
}: Pick<BuildRequest, 'cacheFrom' | 'cacheTo'>): Promise<LocalCaches> {
  const stores = new Map<string, ContentFolder>();
  const missing: string[] = [];
  const found: CacheEntry[] = [];
  const written: { readonly store: ContentFolder; readonly tag: string }[] = [];
  for (const { type, attributes } of cacheTo) {
    if (type !== 'local') continue;
    const { dest = '', tag = 'latest' } = attributes;
    const store = openContentFolder(dest);
    stores.set(`local:${dest}`, store);
    written.push({ store, tag });
  }
  for (const entry of cacheFrom) {
    if (entry.type !== 'local') {
      found.push(entry);
      continue;
    }
    const { src = '', tag = 'latest', digest: given } = entry.attributes;
    const store = openContentFolder(src);
    const digest = given ?? (await store.resolve(tag));
    if (digest === undefined || (await store.size(digest)) === undefined) missing.push(src);
    else {
      stores.set(`local:${src}`, store);
      found.push({ ...entry, attributes: { ...entry.attributes, digest } });
    }
  }
  return {
    stores,
    cacheFrom: found,
    missing,
    async finish(descriptor) {
      if (descriptor === undefined) return;
      for (const { store, tag } of written) await store.tag(tag, JSON.parse(descriptor) as object);
    },
  };
}
