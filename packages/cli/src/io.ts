/** Everything the CLI touches outside itself: `run(argv, io)` takes it, so that tests call it in-process. */
export interface Io {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder the command was called in. */
  readonly folder: string;
  /**
   * Calls back on SIGINT (Ctrl-C), SIGTERM, SIGHUP and when the reader of our output has gone.
   * @returns stops listening; one more signal comes too late then, and does nothing
   */
  onStop(listener: (reason: StopReason) => void): () => void;
  /** Calls back with what Node would print by itself, as it is. */
  onUnexpected(listener: UnexpectedListener): void;
  /** Ends the process at once: the second Ctrl-C. */
  exitNow(code: number): void;
}

export interface UnexpectedListener {
  /** An error that nobody caught, or a rejection: the process can only end. */
  crash(error: unknown): void;
  /** A warning of Node's own. */
  warning(warning: Error): void;
}

export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE';

/** Where text goes, and what it can show. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly hasColours: boolean;
  /** Whether lines can be drawn again in place; a dumb terminal (`TERM=dumb`) can't. */
  readonly canRedraw: boolean;
  /** In columns and rows; 80 × 24 where there is no terminal. */
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}
