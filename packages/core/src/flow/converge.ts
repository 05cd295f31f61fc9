import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findLeftHomes } from '../git/left-homes.ts';
import { findMirrorLeftovers, removeMirrorLeftover } from '../git/mirror/mirror-leftovers.ts';
import { type Finished, finishRelease } from '../release/publish/finish-release.ts';
import { readSiteConfig } from '../site/read-site-config.ts';
import { type JournalEntry, readJournal, removeJournal } from './journal.ts';
import { findLeftFiles } from './left-files.ts';
import type { Tools } from './tools.ts';

/**
 * Finishes or takes back what a run had under way when it died, and says so; removes what it was writing. Whatever
 * changes a site begins with it. Only under the site's lock.
 * @throws DeBuildError `journal-unreadable`, `engine-*`, `manifest-not-written`, `companion-not-written`
 */
export async function converge(
  site: string,
  tools: Pick<Tools, 'engine' | 'emit' | 'environment'>,
): Promise<void> {
  const folder = resolve(site);
  const { config } = await readSiteConfig(folder);
  const left = [...(await findLeftFiles(folder, config)), ...(await findLeftHomes(tools.environment))];
  for (const path of left) await rm(path, { recursive: true, force: true });
  for (const leftover of await findMirrorLeftovers(join(folder, '.de-build', 'mirror')))
    await removeMirrorLeftover(leftover, tools.environment);
  const entry = await readJournal(folder);
  if (entry === undefined) return;
  const outcome = await settle(folder, entry, tools);
  tools.emit({ type: 'notice', level: 'info', text: describe(entry, outcome) });
}

/** Does what a journal says is left to do, and removes it. */
export async function settle(
  site: string,
  entry: JournalEntry,
  tools: Pick<Tools, 'engine'>,
): Promise<Finished | undefined> {
  const { images } = await tools.engine();
  // Whoever made them died, or could not tell an engine that was gone to remove them.
  for (const { id } of await images.readingContainers(entry.temporary))
    await images.removeReadingContainer(id);
  const outcome = entry.release === undefined ? undefined : await finishRelease(site, entry.release, images);
  for (const name of entry.temporary) await images.untag(name);
  await removeJournal(site);
  return outcome;
}

function describe({ release, temporary }: JournalEntry, outcome: Finished | undefined): string {
  switch (outcome) {
    case undefined:
      return `An earlier run died before it had finished; what it left on the engine is gone (${temporary.join(', ')}).`;
    case 'undone':
      return `An earlier run died while it released ${release?.siteVersion}; that could not be finished, and is undone.`;
    case 'finished':
      return `An earlier run died while it released ${release?.siteVersion}; its image was verified, and now it has its tag and its record.`;
    case 'was-whole':
      return `An earlier run died right after it had released ${release?.siteVersion}; the release is whole.`;
  }
}
