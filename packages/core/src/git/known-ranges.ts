import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../disk/write-whole.ts';
import type { CommitPair, KnownCommits } from './commits-between.ts';
import { repositoryFolderName } from './mirror/mirror-repository.ts';

const schema = z.object({
  known: z.literal(true),
  ahead: z.int().min(0),
  behind: z.int().min(0),
  subjects: z.array(z.string()),
});

export type CommitRange = CommitPair & { readonly url: string };

/** The commits between two never change, so a host's answer is kept. `undefined` when there is none, or it can't be read. */
export async function readKnownRange(folder: string, range: CommitRange): Promise<KnownCommits | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(pathOf(folder, range), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A range that can't be written is requested again next time. */
export async function keepKnownRange(folder: string, range: CommitRange, found: KnownCommits): Promise<void> {
  const path = pathOf(folder, range);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeWhole(path, `${JSON.stringify(found)}\n`, { mode: 0o600 });
  } catch {
    // Only a cache.
  }
}

/** Removes every range but those between two of these commits. */
export async function forgetRanges(folder: string, commits: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+)\.json$/.exec(entry.name) ?? [];
    if (!entry.isFile() || (commits.has(from ?? '') && commits.has(to ?? ''))) continue;
    await rm(join(entry.parentPath, entry.name), { force: true }).catch(() => undefined);
  }
}

function pathOf(folder: string, { url, from, to }: CommitRange): string {
  return join(folder, repositoryFolderName(url).replace(/\.git$/, ''), `${from}-${to}.json`);
}
