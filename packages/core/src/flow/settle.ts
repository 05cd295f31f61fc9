import { rm } from 'node:fs/promises';
import { findMirrorLeftovers, removeMirrorLeftover } from '../git/mirror/mirror-leftovers.ts';
import { findLeftoverFolders } from '../git/temporary-folder.ts';
import { type JournalEntry, readJournal, removeJournal } from './journal.ts';
import { findLeftFiles } from './left-files.ts';
import type { OpenSite } from './open-site.ts';
import { openPending } from './pending-kinds.ts';
import type { LockName } from './site-folder.ts';
import type { Tools } from './tools.ts';

type Place = Pick<OpenSite, 'folder' | 'own' | 'records' | 'config'>;

/**
 * Removes the files of runs that died, and completes or undoes their pending work, with a notice. Only while this run
 * holds the lock.
 * @throws DeBuildError `journal-unreadable`, `engine-*`, `manifest-not-written`, `companion-not-written`
 */
export async function settleLeftovers(
  site: Place,
  lock: LockName,
  tools: Pick<Tools, 'engine' | 'emit' | 'environment'>,
): Promise<void> {
  const left = [...(await findLeftFiles(site, lock)), ...(await findLeftoverFolders(tools.environment))];
  for (const path of left) await rm(path, { recursive: true, force: true });
  if (lock === 'records') {
    for (const leftover of await findMirrorLeftovers(site.own.mirror))
      await removeMirrorLeftover(leftover, tools.environment);
  }
  const { journal } = site.own.of(lock);
  const entry = await readJournal(journal);
  if (entry === undefined) return;
  const text = await settleJournal(entry, { site: site.folder, journal }, tools);
  tools.emit({ type: 'notice', level: 'info', text });
}

/** Completes or undoes the work in a journal, and removes it. @returns a sentence that says what was done */
export async function settleJournal(
  { temporary, pending }: JournalEntry,
  place: { readonly site: string; readonly journal: string },
  tools: Pick<Tools, 'engine'>,
): Promise<string> {
  const work = pending === undefined ? undefined : await openPending(pending, place);
  if (temporary.length > 0) {
    const { images } = await tools.engine();
    // The run that made them died, or lost the engine.
    for (const { id } of await images.readingContainers(temporary)) await images.removeReadingContainer(id);
  }
  const outcome =
    (await work?.settle(tools)) ??
    `An earlier run died before it was done${temporary.length === 0 ? '.' : `; its temporary names were removed from the engine (${temporary.join(', ')}).`}`;
  for (const name of temporary) await (await tools.engine()).images.untag(name);
  await removeJournal(place.journal);
  return outcome;
}
