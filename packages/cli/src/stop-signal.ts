import type { Io, StopReason } from './io.ts';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Why it was aborted, when it was. */
  reason(): StopReason | undefined;
  /** Stops listening. */
  release(): void;
}

/**
 * Turns the first Ctrl-C or SIGTERM into an abort; the second ends the process immediately. A reader that
 * closes the pipe aborts, too, but never counts as a second signal: Ctrl-C in `de-build | tee log` ends tee before us.
 * @param ignored what another program in the terminal handles
 */
export function listenForStop(
  io: Pick<Io, 'onStop' | 'exitNow'>,
  ignored: readonly StopReason[] = [],
): StopSignal {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  let signal: StopReason | undefined;
  const release = io.onStop((why) => {
    if (ignored.includes(why)) return;
    if (why !== 'EPIPE') {
      if (signal !== undefined) io.exitNow(exitCodeOf(signal));
      signal ??= why;
    }
    reason ??= why;
    controller.abort();
  });
  return { signal: controller.signal, reason: () => reason, release };
}

/** As a shell reports it: 128 and the signal's number. */
export function exitCodeOf(reason: StopReason): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, EPIPE: 130 }[reason];
}
