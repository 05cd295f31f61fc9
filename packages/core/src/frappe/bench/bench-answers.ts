import { z } from 'zod';

/** A site on a bench. */
export interface BenchSite {
  readonly name: string;
  /** `mariadb`, `postgres` or `sqlite`; what follows is known of `mariadb` only. */
  readonly database: string;
  readonly maintenance: boolean;
  /** Whether visitors can read in maintenance mode. */
  readonly readsAllowed: boolean;
  /** Installed on it. */
  readonly apps: readonly string[];
  /** Installed on it, and not in the image. */
  readonly missingApps: readonly string[];
  /** Lines of patches.txt that did not run on it, in their order. */
  readonly patches: readonly { readonly app: string; readonly patch: string }[];
  /** Whose file differs from what the site was migrated to. */
  readonly doctypes: readonly { readonly app: string; readonly doctype: string; readonly isNew: boolean }[];
  readonly databaseBytes: number;
}

export const siteSchema = z.object({
  name: z.string(),
  database: z.string(),
  maintenance: z.boolean(),
  readsAllowed: z.boolean(),
  apps: z.array(z.string()).default([]),
  missingApps: z.array(z.string()).default([]),
  patches: z.array(z.object({ app: z.string(), patch: z.string() })).default([]),
  doctypes: z.array(z.object({ app: z.string(), doctype: z.string(), isNew: z.boolean() })).default([]),
  databaseBytes: z.number().default(0),
}) satisfies z.ZodType<BenchSite>;

export interface BenchDescription {
  /** Of the image. */
  readonly apps: readonly string[];
  /** What `sites/apps.txt` says. */
  readonly appList: string;
  readonly sites: readonly BenchSite[];
}

/** A line of patches.txt. */
export interface SitePatch {
  readonly app: string;
  readonly patch: string;
  /** Whether it is in the site's Patch Log, so that it does not run again. */
  readonly done: boolean;
}

export const patchesSchema: z.ZodType<readonly SitePatch[]> = z.array(
  z.object({ app: z.string(), patch: z.string(), done: z.boolean() }),
);

export const descriptionSchema: z.ZodType<BenchDescription> = z.object({
  apps: z.array(z.string()),
  appList: z.string(),
  sites: z.array(siteSchema),
});

export const restoredSchema = z.object({ tables: z.number(), dropped: z.array(z.string()) });
export const touchedSchema = z.object({ tables: z.array(z.string()).nullable() });
/** Rows of a table that were written since a time. */
export interface WrittenRows {
  readonly table: string;
  readonly created: number;
  readonly modified: number;
}

export const lostSchema = z.object({
  written: z.array(z.object({ table: z.string(), created: z.number(), modified: z.number() })),
});

export const timeSchema = z.object({ time: z.string() });

/** What became of a job. */
export interface TriedQueue {
  readonly queue: string;
  /** As rq names it: `finished`, `queued`, … */
  readonly state: string;
  /** How many listen to the queue. */
  readonly workers: number;
  /** All of them run another job. */
  readonly busy: boolean;
}

export const triedSchema: z.ZodType<readonly TriedQueue[]> = z.array(
  z.object({ queue: z.string(), state: z.string(), workers: z.number(), busy: z.boolean() }),
);

export const schedulerSchema = z.object({ reasons: z.array(z.string()) });

export const statusSchema = z.object({ status: z.number() });

export const bundlesSchema = z.object({
  /** Where they are. */
  folder: z.string(),
  /** Below it. */
  files: z.array(z.string()),
});

export type Bundles = Readonly<z.infer<typeof bundlesSchema>>;

export const probeSchema = z.object({
  ping: z.number(),
  page: z.number(),
  why: z.string().optional(),
  bundlePath: z.string().optional(),
  bundle: z.number().optional(),
  socketio: z.number(),
});

/** HTTP statuses that the frontend answered with; 0 where it did not answer. */
export type SiteProbe = Readonly<z.infer<typeof probeSchema>>;

/** Where visitors can read a site's uploaded files, or where they cannot without permission. */
export type UploadedFiles = 'public' | 'private';

/** What is in a database. */
export interface DatabaseContents {
  readonly tables: number;
  readonly rows: number;
  /** As MariaDB estimates it. */
  readonly bytes: number;
}

export const contentsSchema: z.ZodType<DatabaseContents> = z.object({
  tables: z.number(),
  rows: z.number(),
  bytes: z.number(),
});
export const commonSchema = z.record(z.string(), z.unknown());

/** A queue of background jobs, as Redis has it. */
export interface JobQueue {
  /** Without the bench's own prefix: `long`. */
  readonly name: string;
  /** Jobs that no worker took yet. */
  readonly waiting: number;
  readonly running: number;
  /** Jobs that failed and are kept; Frappe removes them after a week. */
  readonly failed: number;
  /** Workers that registered for it: the id that their container has as its host name, by default. */
  readonly workers: readonly { readonly host: string; readonly isBusy: boolean }[];
}

/** What a bench has to do, and the room that it has. */
export interface BenchLoad {
  readonly queues: readonly JobQueue[];
  /** Why Redis could not be asked. */
  readonly problem?: string | undefined;
  /** Of the disk with the folder `sites`. */
  readonly freeBytes: number;
  readonly diskBytes: number;
}

export const loadSchema = z.object({
  queues: z.array(
    z.object({
      name: z.string(),
      waiting: z.number(),
      running: z.number(),
      failed: z.number(),
      workers: z.array(z.object({ host: z.string(), isBusy: z.boolean() })),
    }),
  ),
  problem: z.string().optional(),
  freeBytes: z.number(),
  diskBytes: z.number(),
}) satisfies z.ZodType<BenchLoad>;
