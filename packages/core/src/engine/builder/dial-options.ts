export interface DialOptions {
  /** Of the builder, for messages. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The same key is given the same pod. */
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
}
