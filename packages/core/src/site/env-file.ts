/** `.env` as read: every assignment with its place. */
export interface EnvFile {
  /** Relative to the site's folder, forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly entries: ReadonlyMap<string, EnvEntry>;
}

export interface EnvEntry {
  readonly key: string;
  /** What both npm's dotenv and Compose read. */
  readonly value: string;
  /** 1-based. */
  readonly line: number;
  /** By decorator in the example, or by its name (PAT, TOKEN, SECRET, PASSWORD). */
  readonly sensitive: boolean;
}
