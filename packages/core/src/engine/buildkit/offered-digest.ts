import { compareBytes } from '../context/compare-bytes.ts';
import type { ContentHashes } from '../context/content-hashes.ts';
import { digestContext } from '../context/context-digest.ts';
import type { ContextEntry } from '../context/context-entry.ts';
import type { BuiltImage } from '../engine.ts';

/** The digest of what the engine was offered of the context, made while it builds. */
export interface OfferedDigest {
  /** It was offered all of this: at first, or after it asked again. */
  start(offered: ReadonlyMap<string, ContextEntry>): void;
  /** Of what it was offered last; nothing when it was offered nothing. @throws DeBuildError `context-*` */
  result(): Promise<Pick<BuiltImage, 'context'>>;
  /** Nobody wants it any more. */
  stop(): void;
}

/** @param hashes contents' hashes of earlier builds, and those of this one; without them nothing is digested */
export function createOfferedDigest(hashes: ContentHashes | undefined): OfferedDigest {
  let last: { isWanted: boolean; readonly digest: ReturnType<typeof digestEntries> } | undefined;
  const stop = () => {
    if (last !== undefined) last.isWanted = false;
  };
  return {
    start(offered) {
      stop();
      if (hashes === undefined || offered.size === 0) return;
      const run = { isWanted: true };
      const digest = digestEntries([...offered.values()], { hashes, isWanted: () => run.isWanted });
      // Whoever wants the result learns of a failure then.
      digest.catch(() => undefined);
      last = Object.assign(run, { digest });
    },
    async result() {
      if (last === undefined) return {};
      const context = await last.digest;
      // They only save time, so a disk that takes no more is no reason to fail.
      await hashes?.save().catch(() => undefined);
      return { context };
    },
    stop,
  };
}

async function digestEntries(
  entries: ContextEntry[],
  { hashes, isWanted }: { readonly hashes: ContentHashes; readonly isWanted: () => boolean },
) {
  entries.sort((a, b) => compareBytes(a.path, b.path));
  function* wanted() {
    for (const entry of entries) {
      if (!isWanted()) return;
      yield entry;
    }
  }
  const digest = await digestContext(wanted(), hashes);
  return { digest, files: entries.filter(({ kind }) => kind === 'file').length };
}
