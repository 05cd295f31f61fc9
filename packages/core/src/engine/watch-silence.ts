import type { EngineTransport } from './transport.ts';

export interface SilenceWatch {
  /** Data arrived. */
  reset(): void;
  end(): void;
}

/** With two pings of ten seconds each, a dead engine is noticed within a minute. */
const ASK_AFTER_MS = 20_000;
const FAILED_PINGS = 2;

/**
 * A step may be silent for hours, a dead engine may not: a silent engine is pinged on another connection, and `onDead` is
 * called when two pings in a row fail.
 */
export function watchSilence(
  transport: Pick<EngineTransport, 'ping'>,
  onDead: (silentSeconds: number) => void,
  askAfterMs = ASK_AFTER_MS,
): SilenceWatch {
  let receivedAt = Date.now();
  /** An answered ping delays the next one, but does not end the silence. */
  let askAgainAt = receivedAt + askAfterMs;
  let failedPings = 0;
  let isAsking = false;
  let isOver = false;
  const timer = setInterval(async () => {
    if (isAsking || Date.now() < askAgainAt) return;
    isAsking = true;
    const askedAt = Date.now();
    try {
      await transport.ping();
      failedPings = 0;
      askAgainAt = Date.now() + askAfterMs;
    } catch {
      if (isOver || receivedAt > askedAt) return;
      failedPings += 1;
      if (failedPings >= FAILED_PINGS) onDead(Math.round((Date.now() - receivedAt) / 1000));
    } finally {
      isAsking = false;
    }
  }, askAfterMs / 4);
  return {
    reset() {
      receivedAt = Date.now();
      askAgainAt = receivedAt + askAfterMs;
      failedPings = 0;
    },
    end() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
