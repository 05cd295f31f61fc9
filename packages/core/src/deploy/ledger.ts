import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';

/** One line of the history: what was done, when, by whom, and how it ended. */
export interface LedgerEntry {
  readonly kind: 'deploy' | 'rollback' | 'migrate' | 'skip-patch' | 'repeat-patch' | 'restore';
  /** Of the deployment, or of the backup that was restored. */
  readonly id: string;
  /** When it ended; ISO 8601, UTC. */
  readonly at: string;
  /** `user@host` */
  readonly by: string;
  /** Of Compose. */
  readonly project: string;
  /** Names of images with their tags. */
  readonly from: string;
  readonly to: string;
  readonly outcome: 'done' | 'failed';
  readonly durationMs: number;
  readonly stages: readonly {
    readonly name: string;
    readonly state: string;
    readonly durationMs: number;
  }[];
  /** How many patches were to be run on each site, and the path of its dump. */
  readonly sites: readonly {
    readonly name: string;
    readonly patches: number;
    readonly dump?: string | undefined;
  }[];
  /** A line of patches.txt that was skipped, or is to run again. */
  readonly patch?: string | undefined;
  /** Why it failed. */
  readonly why?: string | undefined;
}

const entrySchema = z.object({
  kind: z.enum(['deploy', 'rollback', 'migrate', 'skip-patch', 'repeat-patch', 'restore']),
  id: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
  project: z.string(),
  from: z.string(),
  to: z.string(),
  outcome: z.enum(['done', 'failed']),
  durationMs: z.number(),
  stages: z.array(z.object({ name: z.string(), state: z.string(), durationMs: z.number() })),
  sites: z.array(z.object({ name: z.string(), patches: z.number(), dump: z.string().optional() })),
  patch: z.string().optional(),
  why: z.string().optional(),
}) satisfies z.ZodType<LedgerEntry>;

const lineSchema = entrySchema.extend({ previous: z.string() });

export interface Ledger {
  /** The oldest first. */
  readonly entries: readonly LedgerEntry[];
  /** The line from which on the chain of hashes is broken: somebody changed it or one before it; 1-based. */
  readonly brokenAt?: number;
}

const START = '0'.repeat(64);

/** A last line that was cut off while it was written is no entry. */
export async function readLedger(path: string): Promise<Ledger> {
  const { lines } = splitLines(await ifMissing(readFile(path), Buffer.alloc(0)));
  const entries: LedgerEntry[] = [];
  let previous = START;
  for (const [index, line] of lines.entries()) {
    const read = lineSchema.safeParse(parseLine(line));
    if (!read.success || read.data.previous !== previous) return { entries, brokenAt: index + 1 };
    const { previous: _, ...entry } = read.data;
    entries.push(entry);
    previous = hashOf(line);
  }
  return { entries };
}

/** Adds a line, which holds the hash of the line before it. A line that was cut off is overwritten. */
export async function appendLedger(path: string, entry: LedgerEntry): Promise<void> {
  await makeFolders(join(path, '..'), 0o700);
  const bytes = await ifMissing(readFile(path), Buffer.alloc(0));
  const { lines, length } = splitLines(bytes);
  const last = lines.at(-1);
  const line = JSON.stringify({ ...entry, previous: last === undefined ? START : hashOf(last) });
  const file = await open(path, bytes.length === 0 ? 'a' : 'r+', 0o600);
  try {
    await file.truncate(length);
    await file.write(`${line}\n`, length);
    await file.sync();
  } finally {
    await file.close();
  }
}

function splitLines(bytes: Buffer): { readonly lines: readonly string[]; readonly length: number } {
  const length = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  return { lines, length };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
