import { journalUnreadable } from '../errors/flow-failures.ts';
import type { PendingEntry } from './journal.ts';
import type { PendingWork } from './pending-work.ts';

/** @throws what zod throws for an entry that is not of the kind */
type OpenPending = (entry: PendingEntry, site: string) => PendingWork;

/** Every kind of pending work, with the module of the flow that settles it; loaded only when a journal names it. */
const KINDS: ReadonlyMap<string, () => Promise<OpenPending>> = new Map([
  ['release', async () => (await import('../release/publish/finish-release.ts')).openPendingRelease],
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
