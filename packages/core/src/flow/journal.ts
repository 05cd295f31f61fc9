import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeWhole } from '../disk/write-whole.ts';
import { journalNotWritten, journalUnreadable } from '../errors/flow-failures.ts';
import { COMPANIONS } from '../manifests/companion.ts';

/** A release that is decided, built and verified; what is left to do is to name the image and write this down. */
const pendingSchema = z.object({
  image: z.string().min(1),
  siteVersion: z.string().min(1),
  reference: z.string().min(1),
  imageId: z.string().min(1),
  /** The image that `--force` takes the version from. */
  replaces: z.object({ imageId: z.string(), tag: z.string() }).nullable(),
  /** The version may have a record, which is moved aside. */
  isReplacing: z.boolean(),
  /** The folder of records, relative to the site's. */
  records: z.string().min(1),
  /** The whole text of the manifest, and of what stands beside it. */
  manifest: z.string().min(1),
  companions: z.array(z.object({ companion: z.enum(COMPANIONS), text: z.string() })),
});

const journalSchema = z.object({
  schemaVersion: z.literal(1),
  /** Names that the engine has for as long as the run lasts. */
  temporary: z.array(z.string().min(1)),
  release: pendingSchema.optional(),
});

export type PendingRelease = Readonly<z.infer<typeof pendingSchema>>;

/** What a run has under way that it could leave half done. */
export type JournalEntry = Readonly<Omit<z.infer<typeof journalSchema>, 'schemaVersion'>>;

/** Of a run under way; only under the site's lock. */
export interface RunJournal {
  /** From here on the release is finished: by this run, or by the next one should this one die. */
  promise(release: PendingRelease): Promise<void>;
  /** The release is whole, or undone: there is nothing left to finish. */
  settle(): void;
  /** Ends it. What was promised and not settled stays for the next run. */
  close(): Promise<void>;
}

/**
 * Writes down which names of the engine are only a run's own, before it gives them.
 * @throws DeBuildError `journal-not-written`
 */
export async function startJournal(site: string, temporary: readonly string[]): Promise<RunJournal> {
  let isPromised = false;
  await writeEntry(site, { temporary: [...temporary] });
  return {
    async promise(release) {
      await writeEntry(site, { temporary: [...temporary], release });
      isPromised = true;
    },
    settle() {
      isPromised = false;
    },
    async close() {
      // One that stays where all was done is found done by the next run, and goes then.
      if (!isPromised) await removeJournal(site).catch(() => undefined);
    },
  };
}

/**
 * What a run that died had under way; `undefined` when there is nothing.
 * @throws DeBuildError `journal-unreadable`
 */
export async function readJournal(site: string): Promise<JournalEntry | undefined> {
  const path = journalPath(site);
  try {
    const { schemaVersion: _, ...entry } = journalSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return entry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw journalUnreadable(path, error);
  }
}

export async function removeJournal(site: string): Promise<void> {
  await rm(journalPath(site), { force: true });
  await syncFolder(join(site, '.de-build'));
}

async function writeEntry(site: string, entry: JournalEntry): Promise<void> {
  const path = journalPath(site);
  try {
    await mkdir(join(site, '.de-build'), { recursive: true, mode: 0o700 });
    await writeWhole(path, `${JSON.stringify({ schemaVersion: 1, ...entry })}\n`, { mode: 0o600 });
  } catch (error) {
    throw journalNotWritten(path, error);
  }
}

function journalPath(site: string): string {
  return join(site, '.de-build', 'journal.json');
}
