import { setTimeout as sleep } from 'node:timers/promises';
import type { Containers } from '../engine/engine.ts';
import { serviceSilent } from '../errors/service-failures.ts';
import type { Bench } from '../frappe/bench/bench.ts';

export interface AddressedService {
  readonly id: string;
  readonly name: string;
  /** `http://erp-backend-2:8000` */
  readonly url: string;
  /** socket.io, which knows no pages. */
  readonly isSocket: boolean;
}

export interface AwaitedAnswers {
  readonly awaited: readonly AddressedService[];
  /** Sites that must be served by each; where there are none, any answer will do. */
  readonly served: readonly string[];
  readonly signal: AbortSignal;
}

const LOOK_MS = 200;
const SHOWN_LINES = 20;
const WITHIN_SECONDS = 120;

/**
 * Waits until containers answer that no visitor reaches yet.
 * @throws DeBuildError `service-silent`
 */
export async function waitForAnswers(
  bench: Bench,
  containers: Containers,
  { awaited, served, signal }: AwaitedAnswers,
): Promise<void> {
  for (const { id, name, url, isSocket } of awaited) {
    const sites = isSocket || served.length === 0 ? ['localhost'] : served;
    for (const site of sites) {
      const path = isSocket ? '/socket.io/?EIO=4&transport=polling' : '/api/method/ping';
      const isReady = (status: number) => (served.length === 0 ? status > 0 : status === 200);
      let status = 0;
      for (const end = performance.now() + WITHIN_SECONDS * 1000; performance.now() < end; ) {
        signal.throwIfAborted();
        status = await bench.status(`${url}${path}`, site);
        if (isReady(status)) break;
        await sleep(LOOK_MS);
      }
      if (!isReady(status))
        throw serviceSilent(
          name,
          site,
          { status, seconds: WITHIN_SECONDS },
          await containers.lastLines(id, SHOWN_LINES),
        );
    }
  }
}
