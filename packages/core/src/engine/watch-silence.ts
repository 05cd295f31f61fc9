import type { EngineTransport } from './transport.ts';

export interface SilenceWatch {
  /** Something was heard. */
  broken(): void;
  end(): void;
}

/**
 * A step may rightly be silent for hours, a dead engine may not: after a minute without a sound the engine is asked
 * whether it lives, and `onDead` is called when it does not answer.
 */
export function watchSilence(
  transport: Pick<EngineTransport, 'ping'>,
  onDead: (silentSeconds: number) => void,
  everyMs = 60_000,
): SilenceWatch {
  let heardAt = Date.now();
  let isAsking = false;
  let isOver = false;
  const timer = setInterval(async () => {
    if (isAsking || Date.now() - heardAt < everyMs) return;
    isAsking = true;
    try {
      await transport.ping();
    } catch {
      if (!isOver && Date.now() - heardAt >= everyMs) onDead(Math.round((Date.now() - heardAt) / 1000));
    } finally {
      isAsking = false;
    }
  }, everyMs / 2);
  return {
    broken() {
      heardAt = Date.now();
    },
    end() {
      isOver = true;
      clearInterval(timer);
    },
  };
}
