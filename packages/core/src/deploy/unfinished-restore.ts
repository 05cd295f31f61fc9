import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ifMissing } from '../disk/if-missing.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { restoreUnfinished } from '../errors/backup-failures.ts';
import type { OpenSite } from '../flow/open-site.ts';
import { parseJson } from '../parse-json.ts';

/** A restore of a backup that is under way, or whose run died. */
export interface UnfinishedRestore {
  /** Of the backup. */
  readonly id: string;
  /** Whether each site was in maintenance mode before it. */
  readonly maintenance: Readonly<Record<string, boolean>>;
}

const schema: z.ZodType<UnfinishedRestore> = z.object({
  id: z.string(),
  maintenance: z.record(z.string(), z.boolean()),
});

export async function readUnfinishedRestore(path: string): Promise<UnfinishedRestore | undefined> {
  const text = await ifMissing(readFile(path, 'utf8'), '');
  return schema.safeParse(parseJson(text)).data;
}

export async function writeUnfinishedRestore(path: string, restore: UnfinishedRestore): Promise<void> {
  await writeWhole(path, `${JSON.stringify(restore)}\n`, { mode: 0o600 });
}

/** A database may be half loaded. @throws DeBuildError `restore-unfinished` */
export async function refuseUnfinishedRestore({ own }: Pick<OpenSite, 'own'>): Promise<void> {
  const left = await readUnfinishedRestore(own.restoring);
  if (left !== undefined) throw restoreUnfinished(left.id);
}
