import type { Io, StopReason } from './io.ts';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Why it was aborted, when it was. */
  reason(): StopReason | undefined;
  /** Stops listening. */
  release(): void;
}

/** Turns the first Ctrl-C or SIGTERM into an abort; the second ends the process where it stands. */
export function listenForStop(io: Io): StopSignal {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  const release = io.onStop((why) => {
    if (reason !== undefined) io.exitNow(exitCodeOf(reason));
    reason ??= why;
    controller.abort();
  });
  return { signal: controller.signal, reason: () => reason, release };
}

/** As a shell reports it: 128 and the signal's number. */
export function exitCodeOf(reason: StopReason): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, EPIPE: 130 }[reason];
}
