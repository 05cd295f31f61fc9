import { compareBytes } from '../context/compare-bytes.ts';
import type { ContentHashes } from '../context/content-hashes.ts';
import { summarizeContext } from '../context/context-digest.ts';
import type { ContextEntry } from '../context/context-entry.ts';
import type { BuiltImage } from '../engine.ts';

/** The digest of what the engine was offered of the context, made while it builds. */
export interface OfferedDigest {
  /** The engine was offered all of this, at first or after it asked again. */
  start(offered: ReadonlyMap<string, ContextEntry>): void;
  /** Of the last offer, if there was one. @throws DeBuildError `context-*` */
  result(): Promise<Pick<BuiltImage, 'context'>>;
  /** The result is not needed. */
  stop(): void;
}

/** @param hashes of the contents, from earlier builds and this one; without them nothing is digested */
export function createOfferedDigest(hashes: ContentHashes | undefined): OfferedDigest {
  let stopped = new AbortController();
  let digest: ReturnType<typeof summarizeContext> | undefined;
  return {
    start(offered) {
      stopped.abort();
      if (hashes === undefined || offered.size === 0) return;
      stopped = new AbortController();
      const entries = [...offered.values()].sort((a, b) => compareBytes(a.path, b.path));
      digest = summarizeContext(entries, hashes, stopped.signal);
      // `result` reports a failure.
      digest.catch(() => undefined);
    },
    async result() {
      if (digest === undefined) return {};
      const context = await digest;
      // They only save time: a full disk is no reason to fail.
      await hashes?.save().catch(() => undefined);
      return { context };
    },
    stop: () => stopped.abort(),
  };
}
