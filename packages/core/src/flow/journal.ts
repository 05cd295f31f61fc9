import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeWhole } from '../disk/write-whole.ts';
import { journalNotWritten, journalUnreadable } from '../errors/flow-failures.ts';

const pendingSchema = z.looseObject({ kind: z.string().min(1) });

/** Work that is decided and may be half done when a run dies; `pending-kinds.ts` lists the kinds. */
export type PendingEntry = Readonly<z.infer<typeof pendingSchema>>;

const journalSchema = z.object({
  schemaVersion: z.literal(2),
  /** Image names that exist only while the run does. */
  temporary: z.array(z.string().min(1)),
  pending: pendingSchema.optional(),
});

/** As de-build 0.1 wrote it: a release was the only kind. */
const firstJournalSchema = z
  .object({
    schemaVersion: z.literal(1),
    temporary: z.array(z.string().min(1)),
    release: z.looseObject({}).optional(),
  })
  .transform(({ temporary, release }) => ({
    temporary,
    pending: release === undefined ? undefined : { ...release, kind: 'release' },
  }));

/** The pending work of a run. */
export interface JournalEntry {
  readonly temporary: readonly string[];
  readonly pending?: PendingEntry | undefined;
}

/** Of the run that holds the lock. */
export interface RunJournal {
  /** From here on the work is completed: by this run, or by the next one if this one dies. */
  promise(work: PendingEntry): Promise<void>;
  /**
   * Counts one more name as temporary while `use` runs. If `use` fails and has said that the name is left, the journal stays, and
   * the next run removes the name.
   * @throws DeBuildError `journal-not-written`
   */
  withTemporary<Result>(name: string, use: (left: () => void) => Promise<Result>): Promise<Result>;
  /** The work is complete, or undone: nothing is pending. */
  settle(): void;
  /** Removes the journal, unless work is still pending. */
  close(): Promise<void>;
}

/**
 * Records the image names that belong to this run only, before it uses them.
 * @param path one of a lock that this run holds
 * @throws DeBuildError `journal-not-written`
 */
export async function startJournal(path: string, temporary: readonly string[]): Promise<RunJournal> {
  let isPending = false;
  await writeEntry(path, { temporary });
  return {
    async promise(pending) {
      await writeEntry(path, { temporary, pending });
      isPending = true;
    },
    async withTemporary(name, use) {
      await writeEntry(path, { temporary: [...temporary, name] });
      let isLeft = false;
      const result = await use(() => {
        isLeft = true;
      }).catch((error: unknown) => {
        isPending ||= isLeft;
        throw error;
      });
      await writeEntry(path, { temporary });
      return result;
    },
    settle() {
      isPending = false;
    },
    async close() {
      // If it can't be removed, the next run finds everything done and removes it.
      if (!isPending) await removeJournal(path).catch(() => undefined);
    },
  };
}

/**
 * The pending work of a run that died; `undefined` when there is none.
 * @throws DeBuildError `journal-unreadable`
 */
export async function readJournal(path: string): Promise<JournalEntry | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const entry = z.union([journalSchema, firstJournalSchema]).parse(JSON.parse(text));
    return { temporary: entry.temporary, pending: entry.pending };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw journalUnreadable(path, error);
  }
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

async function writeEntry(path: string, entry: JournalEntry): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeWhole(path, `${JSON.stringify({ schemaVersion: 2, ...entry })}\n`, { mode: 0o600 });
  } catch (error) {
    throw journalNotWritten(path, error);
  }
}
