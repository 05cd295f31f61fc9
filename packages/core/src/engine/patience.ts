import { engineIdle, engineSilent } from '../errors/engine-failures.ts';
import type { EngineTransport } from './transport.ts';
import { watchSilence } from './watch-silence.ts';

/** The longest that an engine may pause without a sign of life. */
export const LONGEST_PAUSE_MS = 30_000;

export interface Patience {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Aborts when the engine does not answer in time or, for a long time, when it answers no ping either. */
export function startPatience(
  transport: Pick<EngineTransport, 'endpoint' | 'ping'>,
  asked: string,
  withinMs: number,
): Patience {
  const { endpoint } = transport;
  const controller = new AbortController();
  const { signal } = controller;
  if (!Number.isFinite(withinMs)) return { signal, stop: () => undefined };
  const timer = setTimeout(
    () => controller.abort(engineSilent(endpoint, asked, Math.ceil(withinMs / 1000))),
    withinMs,
  );
  const watch =
    withinMs > LONGEST_PAUSE_MS
      ? watchSilence(transport, (seconds) => controller.abort(engineIdle(endpoint, asked, seconds)))
      : undefined;
  return {
    signal,
    stop() {
      clearTimeout(timer);
      watch?.end();
    },
  };
}
