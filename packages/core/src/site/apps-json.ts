/** One entry of apps.json as it is written, placeholders in place. */
export interface AppEntry {
  /** 0-based position in the file. */
  readonly index: number;
  /** 1-based line of the entry's `{`. */
  readonly line: number;
  /** As written: may hold placeholders, and (an error) a literal token; never print it. */
  readonly url: string;
  /** What bench calls branch: a branch or a tag. `undefined` when the entry names none. */
  readonly branch: string | undefined;
  /** Keys that bench ignores; kept in the document that the build gets. */
  readonly extra: Readonly<Record<string, unknown>>;
}
