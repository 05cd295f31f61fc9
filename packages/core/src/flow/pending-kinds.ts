import type { Engine } from '../engine/engine.ts';
import { journalUnreadable } from '../errors/flow-failures.ts';
import type { PendingEntry } from './journal.ts';

/** Pending work of some kind, read from a journal. */
export interface PendingWork {
  /** Follows "A run died": `while it tagged and recorded acme/erp:1.4.0`. */
  readonly during: string;
  /** Image names that the work gives or holds. */
  readonly references: readonly string[];
  /** Records that completing it writes. */
  readonly records: readonly { readonly version: string; readonly text: string }[];
  /** Completes the work or undoes it; every step may have been taken before. @returns a sentence that says which */
  settle(tools: { readonly engine: () => Promise<Engine> }): Promise<string>;
}

/** @throws what zod throws for an entry that is not of the kind */
type OpenPending = (entry: PendingEntry, site: string) => PendingWork;

/** Every kind of pending work, with the module of the flow that settles it; loaded only when a journal names it. */
const KINDS: ReadonlyMap<string, () => Promise<OpenPending>> = new Map([
  ['release', async () => (await import('../release/publish/pending-release.ts')).openPendingRelease],
]);

/**
 * @param journal path of the journal that the entry is from
 * @param site absolute path
 * @throws DeBuildError `journal-unreadable` for a kind that this de-build does not know
 */
export async function openPending(
  entry: PendingEntry,
  { journal, site }: { readonly journal: string; readonly site: string },
): Promise<PendingWork> {
  const load = KINDS.get(entry.kind);
  if (load === undefined) throw journalUnreadable(journal, new Error(`unknown kind ${entry.kind}`));
  const open = await load();
  try {
    return open(entry, site);
  } catch (error) {
    throw journalUnreadable(journal, error);
  }
}
