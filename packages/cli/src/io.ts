/** Everything the CLI touches outside itself: `run(argv, io)` takes it, so that tests call it in-process. */
export interface Io {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** Whether both the input and the output are a terminal. */
  readonly isInteractive: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder the command was called in; empty when it does not exist any more. */
  readonly folder: string;
  /**
   * Calls back on SIGINT (Ctrl-C), SIGTERM, SIGHUP and when the reader of our output closes the pipe.
   * @returns stops listening; the next signal then does nothing
   */
  onStop(listener: (reason: StopReason) => void): () => void;
  /** Calls back with what Node would print itself, unredacted. */
  onUnexpected(listener: UnexpectedListener): void;
  /** Ends the process at once: the second Ctrl-C. */
  exitNow(code: number): void;
}

export interface UnexpectedListener {
  /** An uncaught error or rejection: the process must end. */
  crash(error: unknown): void;
  /** A warning of Node. */
  warning(warning: Error): void;
}

export type StopReason = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'EPIPE';

/** An output stream, and what it can show. */
export interface Terminal {
  readonly isTTY: boolean;
  readonly hasColours: boolean;
  /** Whether lines can be redrawn in place; a dumb terminal (`TERM=dumb`) cannot. */
  readonly canRedraw: boolean;
  /** In columns and rows; 80 × 24 where there is no terminal. */
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Resolves when what was written has been taken, so that more may be written without it piling up. */
  drained(): Promise<void>;
}
